"""``tocsin migrate``."""

from tocsin.cli.runtime import bring_up_to_date, load_settings, open_database
from tocsin.db.migrate import latest


async def migrate() -> None:
    """Apply what is waiting, and say what was applied."""
    async with open_database(load_settings()) as dsn:
        applied = await bring_up_to_date(dsn)
    for name in applied:
        print(f"applied {name}")
    print(f"The database is at schema version {latest()}.")
