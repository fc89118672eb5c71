"""How the engine is: its instances and jobs, what is overdue, and who is told when it is not well."""
