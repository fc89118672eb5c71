"""What a user lacks so that nothing can page them, and the one step that mends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

Remedy = Literal["add_method", "enable_method", "add_rule"]


class LackReason(StrEnum):
    """Why nothing can page somebody."""

    NO_METHOD = "no_method"
    ALL_OFF = "all_off"
    NO_RULE = "no_rule"
    ONLY_MAIL = "only_mail"


@dataclass(frozen=True, slots=True)
class MethodReach:
    """A contact method. ``can_send`` is False for an email address where there is no mail server."""

    id: UUID
    name: str
    enabled: bool
    has_rule: bool
    can_send: bool = True

    @property
    def pages(self) -> bool:
        return self.enabled and self.has_rule and self.can_send


@dataclass(frozen=True, slots=True)
class Lack:
    """Why nothing pages somebody, and what would: the remedy, done to this contact method."""

    why: LackReason
    remedy: Remedy
    method: MethodReach | None = None


def lack(methods: Sequence[MethodReach]) -> Lack | None:
    """What somebody with these contact methods lacks; None when they can be paged. The shortest way comes first."""
    if any(method.pages for method in methods):
        return None
    usable = [method for method in methods if method.can_send]
    off = sorted((method for method in usable if not method.enabled), key=lambda method: not method.has_rule)
    if off and off[0].has_rule:
        return Lack(LackReason.ALL_OFF, "enable_method", off[0])
    if on := next((method for method in usable if method.enabled), None):
        return Lack(LackReason.NO_RULE, "add_rule", on)
    if off:
        return Lack(LackReason.ALL_OFF, "enable_method", off[0])
    return Lack(LackReason.ONLY_MAIL if methods else LackReason.NO_METHOD, "add_method")
