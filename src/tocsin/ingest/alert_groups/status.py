"""Whether an alert or a group of alerts is firing, from the word that its sender uses."""

from typing import Literal

from tocsin.ingest.mending import Mender, shown

AlertState = Literal["firing", "resolved"]

_FIRING = frozenset({"firing", "alerting", "nodata", "no_data", "error", "keep_state", "pending", "recovering"})
_RESOLVED = frozenset({"resolved", "ok", "normal", "inactive"})


def read_status(mender: Mender, given: object, otherwise: AlertState = "firing") -> AlertState:
    """The status: ``otherwise`` when none is given, firing for an unknown one.

    A page too many is better than none.
    """
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
