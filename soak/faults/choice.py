"""Which thing a fault hits, by its chance."""

from collections.abc import Sequence
from typing import TypeVar

from soak.environment import Environment
from soak.plan import Fault
from soak.processes import Slot

T = TypeVar("T")


def pick(things: Sequence[T], chance: float) -> T:
    return things[int(chance * len(things))]


def slots_hit(environment: Environment, fault: Fault) -> Sequence[Slot]:
    return environment.slots if fault.everything else [pick(environment.slots, fault.chance)]


def names(slots: Sequence[Slot]) -> str:
    return ", ".join(slot.name for slot in slots)
