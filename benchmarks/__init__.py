"""Measurements: ``make bench`` runs them all and prints a table; ``make bench ARGS="storm idle"`` some of them."""
