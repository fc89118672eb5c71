"""Where an open alert goes next on its escalation policy.

An alert's row says where it stands; ``decide`` says what to do about it now, and why. It is called whenever anything
may have changed, so most answers are "nothing yet". The states of the row:

    new ──enter──▶ escalating ──delay passed──▶ escalating … ──last round over──▶ exhausted
     │                │  ▲                                                            │
     │                │  └────────── escalate now, steps or policy changed ───────────┤
     ├─ no steps ─▶ no_steps        (waits for steps)                                 │
     ├─ held ─────▶ maintenance     (waits for its end)                               │
     └─ nobody on call anywhere ─▶ nobody  (looks again after one round)              │
    any ──acknowledge──▶ acknowledged ──escalate now──▶ escalating        any ──close──▶ (no row)

Rules A1 to A10 and M1 of the design. Steps count from 0.
"""
