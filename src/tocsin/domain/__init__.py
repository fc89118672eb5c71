"""The rules, as pure functions over frozen values: no I/O, ``now`` always an argument.

The engine and the forecast call the same functions, so what is previewed and what happens cannot differ.
"""
