"""``tocsin jobs``: what the engine has parked."""

from collections.abc import Sequence

from tocsin.cli.runtime import open_store
from tocsin.cli.tables import print_table
from tocsin.store.engine_status import parked_jobs
from tocsin.store.engine_status.parked_jobs import ParkedJob


async def list_parked() -> int:
    """Print the parked jobs, oldest first, and return how many were printed (200 at most)."""
    async with open_store() as pool:
        jobs = await parked_jobs.page(pool, limit=200)
    if not jobs:
        print("No job is parked.")
        return 0
    print_table(("id", "kind", "object", "attempts", "parked at", "error"), [_row(job) for job in jobs])
    return len(jobs)


def _row(job: ParkedJob) -> Sequence[str]:
    parked_at, error = f"{job.parked_at:%Y-%m-%d %H:%M:%SZ}", f"{job.error_type}: {job.error}"
    return str(job.id), job.kind, job.object_id, str(job.attempts), parked_at, error


async def retry_parked(job_id: int) -> None:
    """Raises NotFound when no such job is parked."""
    async with open_store() as pool:
        await parked_jobs.retry(pool, job_id)
    print(f"Job {job_id} runs again.")
