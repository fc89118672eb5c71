"""SQL beside the Python that owns the tables: one store per table family, each touching asyncpg."""
