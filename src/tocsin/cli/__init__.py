"""The command ``tocsin``."""

from tocsin.cli.main import app

__all__ = ["app"]
