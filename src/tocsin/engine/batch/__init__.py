"""One round trip to the database for what many jobs ask for in the same turn of the event loop."""
