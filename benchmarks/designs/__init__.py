"""The designs that Tocsin's engine was chosen over, so that they can be measured against it.

Each works on Tocsin's own tables, and comes to the same rows: the step that an alert enters, a cycle for each of its
users, their pages, the line in the timeline, who is on call for what. `tests/benchmarks` holds them to that.

    all at once   every 5 s, everything that is due in one transaction, by statements over sets (``all_at_once``);
                  with limits of 1,000 new and 500 due alerts a round, or without
    batches       every 5 s, transactions of 500 alerts until nothing is due (``batches``)
    events        a notification for each change and each new alert, handled at once in its own transaction, and a
                  look every second for what is due, in batches (``events``)

They are given what can be given: Tocsin's indexes and session settings, none of the triggers that feed its job queue,
and less to do than Tocsin has. They write no line for a step that is skipped, and know no temporary schedules, no
catch-all policy, no acknowledgement by everyone, no deleted steps, no bundled pages.
"""
