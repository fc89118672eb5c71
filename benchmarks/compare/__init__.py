"""Tocsin and the designs that it was chosen over, side by side: the same server, the same data, one after the other.

What is told of an alert is when its row of a page could be read by others: the time at which its transaction committed,
as PostgreSQL records it, so that a transaction of five seconds is not taken for one that was done when it began. No
design sends its pages here; that costs each the same.
"""
