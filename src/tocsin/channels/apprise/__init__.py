"""Pages through Apprise, which speaks to a hundred services."""
