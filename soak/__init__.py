"""Real processes under load and faults for as long as you like, and afterwards: was anything lost, late or twice?

plan            which faults, in which order: all of it follows from the seed
environment     what runs: PostgreSQL, Tocsin behind proxies, phones; its clock and its faults' record
load, changes   alerts that come in, people who answer, and who change the configuration
faults          what each fault does
checks          what must hold at the end, recomputed from the database, the phones and the logs
report          the table, the JSON, and the figures in docs/reliability.md
"""
