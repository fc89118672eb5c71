"""Whether a page may still go out, asked again before each send (N2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.escalation.state import AlertStatus
from tocsin.domain.paging.reasons import LetOthersMove, PagingReason

MOST_ASKED_FOR = timedelta(hours=1)
"""A receiver that is busy may put a page off for so long."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page about to be sent, and what decides whether it still should be.

    ``later_page_goes``: a later page of the alert to the same destination waits, is being sent or was. ``others_move``:
    the alert, or a cycle by which it pages the same user, is due, and its job on the way.
    """

    alert_status: AlertStatus
    cycle_ended: bool
    outlives_acknowledgement: bool
    destination_exists: bool
    destination_enabled: bool
    maintenance_until: datetime | None = None
    later_page_goes: bool = False
    others_move: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """It goes out now."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """It never goes out."""

    reason: PagingReason


@dataclass(frozen=True, slots=True)
class Bundle:
    """A later page to the same destination goes out instead (N1)."""

    reason: PagingReason = PagingReason.LATER_PAGE_SAYS_IT


@dataclass(frozen=True, slots=True)
class Defer:
    """It goes out at ``until`` at the earliest, and is asked about again then."""

    until: datetime
    reason: PagingReason = PagingReason.IN_MAINTENANCE


def may_send(page: Waiting, now: datetime) -> Send | Cancel | Bundle | Defer | LetOthersMove:
    """Whether an alert's page may go out at ``now`` (N2: asked before each send)."""
    if page.alert_status == "closed":
        return Cancel(PagingReason.CLOSED)
    if page.cycle_ended or (page.alert_status == "acknowledged" and not page.outlives_acknowledgement):
        return Cancel(PagingReason.ACKNOWLEDGED)
    if not page.destination_exists:
        return Cancel(PagingReason.NO_DESTINATION)
    if not page.destination_enabled:
        return Cancel(PagingReason.DISABLED)
    if page.later_page_goes:
        return Bundle()
    if page.maintenance_until is not None and page.maintenance_until > now:
        return Defer(page.maintenance_until)
    return LetOthersMove(now) if page.others_move else Send()
