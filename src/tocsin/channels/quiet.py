"""Keeps libraries that write whole URLs, and so credentials, out of our log."""

import logging


def silence(*names: str) -> None:
    """Let nothing below these loggers reach a handler of ours, whatever levels are set later."""
    for name in names:
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:  # without any, logging falls back to stderr
            logger.addHandler(logging.NullHandler())
