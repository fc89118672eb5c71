"""Addresses within this Tocsin."""

import re

# Browsers drop tabs and line breaks, take backslashes for slashes, and read two slashes as the start of a host.
_OUR_PATH = re.compile(r"/(?!/)[^\x00-\x20\x7f\\]*")


def our_path(wanted: str) -> str:
    """A path of ours, whatever a link said: nobody is sent elsewhere. ``/`` when it is none."""
    return wanted if _OUR_PATH.fullmatch(wanted) else "/"
