"""How monitoring sends its alerts: one folder for each format, and one intake that all formats share.

A *format* (`tocsin.ingest.message_format`) says which paths it has, what it reads in a request, and how it answers. The
*intake* (`tocsin.ingest.intake`) looks the integration key up, raises, acknowledges or closes, and answers only after
the commit. The *registry* (`tocsin.ingest.registry`) has every format.

Rules of an integration key may send its messages elsewhere, change or suppress them (`tocsin.ingest.routing`).
"""
