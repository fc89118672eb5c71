"""``tocsin jobs``: what the engine has parked."""

from rich.console import Console
from rich.table import Column, Table

from tocsin.cli.runtime import open_store
from tocsin.store import engine


async def list_parked() -> int:
    """Print the parked jobs, oldest first, and return how many were printed (200 at most)."""
    async with open_store() as pool:
        jobs = await engine.parked(pool, limit=200)
    if not jobs:
        print("No job is parked.")
        return 0
    table = Table(
        "id", "kind", Column("object", overflow="fold"), "attempts", "parked at", Column("error", overflow="fold")
    )
    for job in jobs:
        error = f"{job.error_type}: {job.error}"
        parked_at = f"{job.parked_at:%Y-%m-%d %H:%M:%SZ}"
        table.add_row(str(job.id), job.kind, job.object_id, str(job.attempts), parked_at, error)
    Console().print(table)
    return len(jobs)


async def retry_parked(job_id: int) -> None:
    """Raises NotFound when no such job is parked."""
    async with open_store() as pool:
        await engine.retry(pool, job_id)
    print(f"Job {job_id} runs again.")
