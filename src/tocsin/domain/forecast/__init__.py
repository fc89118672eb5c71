"""What would happen to an alert if nobody did anything: `course` decides moment by moment as the engine does.

`view` is all that it looks at, `pages` what its cycles send, `events` what it tells.
"""
