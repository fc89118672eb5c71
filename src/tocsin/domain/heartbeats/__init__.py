"""Heartbeat monitors: something that runs regularly says so, and its silence raises an alert.

Pings write facts: when one came last, whether the last run failed, since when a run is under way. What the monitor's
status is follows from these, from what is expected of it, and from the status that it had:

    inactive ──first ping, or armed──▶ up ──deadline, failure──▶ down
       ▲                               ▲                          │
       │                               └──────ping, armed─────────┘
       └──paused──▶ paused ──resumed──▶ up, counted from then on

A monitor is *late* between the moment at which a ping was expected and the deadline, which is that and the grace.
"""
