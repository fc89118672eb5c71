"""The engine: every object that can change by itself is moved by its own job, when it is due.

Rows are the truth, jobs are wake-ups. A row that can change by itself holds the moment of that change, and a trigger
on the row keeps a job waiting for it (``db/migrations``); the job carries a kind and an id, nothing
else. Running it goes the same way for every kind:

    load      one statement reads the row and all that decides about it, and the database's now()
    decide    a pure function in ``domain`` says what to do, with the reason
    apply     one statement does it, if the row still has the version that was loaded

An apply is one transaction: the row's move, what follows from it (cycles, pages, timeline) and, by trigger, the next
wake-up commit together. In a storm many applies share a call to the database (``batch.write``), and those that meet
neither a fault nor a lock one transaction; should one of them, each is done in a transaction of its own. When the
version has moved meanwhile nothing is written and the job loads again; so two engines, a person acknowledging, and a
job that runs twice have one outcome. A job whose row is not due says when it will be and is put back for that moment,
since it may have been the only one waiting.

Where things are:

    jobs      the kinds of jobs, a file each beside its SQL
    queue     workers that run jobs, and all that knows PgQueuer
    batch     one round trip for what many jobs read or write in one turn of the event loop
    healing   what no event told of: found and repaired
    runner    one engine process: its workers, kept running, and what it does every so often
    life      which engines are gone, and what they held is free

Locks are taken in this order, which no transaction may turn around, be it of a job or of a person. No table is locked.

    1  what people define            rotation, schedule, policy, service, heartbeat monitor; then heartbeat_state
    2  alerts
    3  what the engine moves         rotation_state, schedule_state, escalation_policy_state, service_state
    4  steps and who is on call      escalation_policy_steps, schedule_on_call_users, ep_step_on_call_users
    5  what pages                    notification_policy_cycles, outgoing_messages
    6  jobs                          by kind, in the order of ``tocsin.domain.job_kinds``

Of one table the rows are locked in the order of their ids, of one kind the jobs too; a foreign key's check is a lock on
the row that it names. A job takes one object of 2 and 3. Two transactions lock many alerts: alerts that enter their
steps together (``enter_steps``) wait for no lock longer than 10 ms, and a policy that loses steps holds the alerts that
stand on them before it deletes the steps (``hold_alerts``). Whoever writes the mirror of a policy's steps holds the
policy first (``policy.hold``), so that no step is deleted meanwhile. A trigger that concerns many alerts enqueues a job
and touches none of them.

The engine's sessions commit asynchronously (synchronous_commit off). A crash of PostgreSQL can undo its last moments,
but only as a whole and together with their jobs, which then run again; a page sent in them is sent again with the same
idempotency key, which at-least-once sending allows anyway. What people and monitoring were told is committed, is: the
web process commits synchronously, and that flushes all that was committed before it.
"""
