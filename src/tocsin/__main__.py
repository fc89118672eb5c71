"""``python -m tocsin``."""

from tocsin.cli import app

app()
