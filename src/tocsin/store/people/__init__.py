"""Users and teams: how they are reached, and how they sign in."""
