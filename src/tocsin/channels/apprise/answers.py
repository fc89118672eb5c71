"""What the answers to an Apprise plugin's requests ask for. A plugin tells only whether it went well.

Every plugin that speaks HTTP does so through ``requests``, on the thread that calls it; so each answer is looked at
where that library returns it.
"""

import threading
from datetime import timedelta
from typing import Any

import requests

from tocsin.channels.kit.retry_after import retry_after

_asked = threading.local()
_send = requests.Session.send


def forget() -> None:
    """Begin a message: what earlier answers on this thread asked for counts no more."""
    _asked.wait = None


def asked_wait() -> timedelta | None:
    """How long the last busy server asked this thread to wait, since ``forget``."""
    wait: timedelta | None = getattr(_asked, "wait", None)
    return wait


def _watched(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
    response = _send(self, request, **options)
    _asked.wait = retry_after(response.status_code, response.headers) or asked_wait()
    return response


setattr(requests.Session, "send", _watched)  # noqa: B010 - a type checker holds methods to be constant
