"""Who is on call: rotations hand off, schedules put rules, overrides and temporary schedules together, steps ask both.

`snapshot` answers for a policy's targets, at an instant or over a span; `schedule` and `shifts` for one schedule,
`rotation` for one rotation, whose handoffs are counted in `handoffs`; `history` says how rows tell it afterwards.
"""
