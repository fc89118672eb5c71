"""The state of the engine: its instances and jobs, what is overdue, and who is notified when something is wrong."""
