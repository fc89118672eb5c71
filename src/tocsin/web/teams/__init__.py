"""Teams: the list, and one team with its members."""
