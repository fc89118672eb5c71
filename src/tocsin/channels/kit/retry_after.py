"""``Retry-After``: how long a busy server asks to be left alone (RFC 9110, section 10.2.3)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

from tocsin.domain.paging.sending import MOST_ASKED_FOR

_BUSY = (429, 503)


def retry_after(status: int, headers: Mapping[str, str]) -> timedelta | None:
    """The wait that an answer asks for, an hour at most; None when it asks for none, or not in a form that is known.

    A date is counted from the answer's own ``Date``, so that no two clocks have to agree.
    """
    wanted = headers.get("Retry-After", "").strip()
    if status not in _BUSY or not wanted:
        return None
    if re.fullmatch(r"[0-9]+", wanted):
        return timedelta(seconds=min(int(wanted[:9]), MOST_ASKED_FOR.total_seconds()))
    try:
        wait = parsedate_to_datetime(wanted) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), MOST_ASKED_FOR)
