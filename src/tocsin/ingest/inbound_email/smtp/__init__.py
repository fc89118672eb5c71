"""Tocsin's own SMTP server, which takes mail for the addresses of integration keys, and for nobody else.

It answers 250 to a mail once it is committed, and sends no mail itself: nothing that comes is ever answered by mail, so
that no two programs answer each other for ever.
"""
