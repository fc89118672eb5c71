"""The job queue. Only this package knows PgQueuer (docs/adr/0001-job-queue.md)."""
