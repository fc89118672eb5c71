"""Whether an alert or a group of them is on, in the words of those who send groups."""

from typing import Literal

from tocsin.ingest.mending import Mender, shown

AlertState = Literal["firing", "resolved"]

_FIRING = frozenset({"firing", "alerting", "nodata", "no_data", "error", "keep_state", "pending", "recovering"})
_RESOLVED = frozenset({"resolved", "ok", "normal", "inactive"})


def read_status(mender: Mender, given: object, otherwise: AlertState = "firing") -> AlertState:
    """The status; of none ``otherwise``, and firing of one that is not known, since a page too many is better."""
    word = mender.line("status", given)
    match word.casefold():
        case "":
            return otherwise
        case known if known in _FIRING:
            return "firing"
        case known if known in _RESOLVED:
            return "resolved"
        case _:
            mender.note("status", f"firing taken for {shown(word)}, which is not known")
            return "firing"
