"""PostgreSQL: the pool, the embedded server, migrations, and SQL kept as SQL."""
