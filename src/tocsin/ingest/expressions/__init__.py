"""CEL expressions (https://cel.dev) over what senders send: compiled once, evaluated within bounds.

CEL has no loops of its own and no side effects, and yet ``payload.a.filter(x, x in payload.a)`` over a long list would
hold the process for seconds, for the library cannot be stopped and keeps Python's lock. So the bounds come before:

1. What an expression may be: `compile_expression` refuses one of more than 2,000 characters, or with more than four
   loops (``map``, ``filter``, ``all``, ``exists``, ``exists_one``). What could make texts of any size takes literals
   (`functions`). The library refuses more than 32 levels of nesting.
2. What it may read: `read_values` makes values fit, and measures them. It refuses what is nested more than 100 deep.
3. What it may do: before each evaluation its cost is estimated (`cost`) from its text and the measured values, as
   Kubernetes does. It is not evaluated if it may take longer than 100 ms, or make more than 4 MB of text or 500,000
   values. The library stops after 10,000 rounds of all loops.
4. What many expressions may do to the same values: after 250 ms no further one is evaluated.

Whatever goes wrong is an `ExpressionFailed`, whose text says what.
"""
