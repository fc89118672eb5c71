"""Keeps libraries that write whole URLs, and so credentials, out of our log."""

import logging


def silence(*names: str) -> None:
    """Let these loggers and all below them make no records, and pass none on if a level is set later."""
    for name in names:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        if not logger.handlers:  # without any, logging falls back to stderr
            logger.addHandler(logging.NullHandler())
