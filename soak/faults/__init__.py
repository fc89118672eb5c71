"""The faults of a soak: what each does, and how it is undone."""
