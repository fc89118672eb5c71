"""Paging one user for an alert: `cycle` says which pages are written when, `sending` whether one still goes out."""
