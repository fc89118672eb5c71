"""The engine: every object that can change by itself is moved by its own job, when it is due.

Rows are the truth, jobs are wake-ups. A row that can change by itself holds the moment of that change, and a trigger
on the row keeps a job waiting for it (``db/migrations/0004_wakeups.sql``); the job carries a kind and an id, nothing
else. Running it goes the same way for every kind:

    load      one statement reads the row and all that decides about it, and the database's now()
    decide    a pure function in ``domain`` says what to do, with the reason
    apply     one statement does it, if the row still has the version that was loaded

An apply is one statement, so it is one transaction: the row's move, what follows from it (cycles, pages, timeline)
and, by trigger, the next wake-up commit together. When the version has moved meanwhile nothing is written and the job
loads again; so two engines, a person acknowledging, and a job that runs twice have one outcome. A job whose row is not
due says when it will be and is put back for that moment, since it may have been the only one waiting.

Locks are taken in this order, which no statement may turn around: alert, escalation_policy_state,
notification_policy_cycles, outgoing_messages, job. Jobs take the first two only one object at a time.

The engine's sessions commit asynchronously (synchronous_commit off). A crash of PostgreSQL can undo its last moments,
but only as a whole and together with their jobs, which then run again; a page sent in them is sent again with the same
idempotency key, which at-least-once sending allows anyway. What people and monitoring were told is committed, is: the
web process commits synchronously, and that flushes all that was committed before it.
"""
