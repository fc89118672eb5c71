"""People: the list, one person, and how they are reached."""
