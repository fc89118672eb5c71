"""Services: the list, one service with its keys and maintenance, its editor."""
