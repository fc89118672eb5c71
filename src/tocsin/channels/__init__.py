"""How a page leaves Tocsin: one folder a way out, and what they share.

A *page* (`tocsin.channels.page`) is all that a sender is given: it reads no database. A *channel type*
(`tocsin.channels.channel_type`) says what a way out is to everybody else: the API, the pages, the engine, the database.
The *registry* (`tocsin.channels.registry`) has every type. What a folder holds: `type.py`, the check of an address, the
sender, templates of its own, and `receiver.py`, a server that receives its pages in tests. `kit` is what several share.
"""
