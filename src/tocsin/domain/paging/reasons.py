"""Why a cycle or a page did what it did, and the decision that both can come to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PagingReason(StrEnum):
    """Why a cycle or a page ended, waits, or was not sent on its own."""

    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    IN_MAINTENANCE = "in_maintenance"
    NO_DESTINATION = "contact_method_removed"
    DISABLED = "contact_method_disabled"
    LATER_PAGE_SAYS_IT = "later_page_says_it"
    OTHERS_MOVE_FIRST = "others_move_first"


@dataclass(frozen=True, slots=True)
class LetOthersMove:
    """Wait until ``until``: what the alert or a newer cycle does then may bundle what is due now."""

    until: datetime
    reason: PagingReason = PagingReason.OTHERS_MOVE_FIRST
