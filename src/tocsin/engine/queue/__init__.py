"""The job queue: workers run kinds of jobs, triggers and a few lines of Python enqueue them.

Only this package knows PgQueuer. The rest of the engine sees:

    job       ``JobKind``, ``Outcome``: what a kind of job is, and what one run of it came to
    worker    ``Worker``: kinds of jobs that run with a common bound on how many run at once
              ``open_context``, ``open_run``: what an engine's workers share, and one worker at work
              ``enqueue``: wake an object at a moment

docs/adr/0001-job-queue.md says what of PgQueuer is used, and what is overridden, with the reasons.
"""
