"""What a change does to who is on call: where, and from whom to whom."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from tocsin.domain.spans import Span, Stint

Users = AbstractSet[UUID]


@dataclass(frozen=True, slots=True)
class Change:
    """From ``start`` up to and without ``end`` the users on call are others than they were."""

    start: datetime
    end: datetime
    before: Users
    after: Users


def changes(before: Sequence[Stint], after: Sequence[Stint]) -> Sequence[Change]:
    """Where the stints say different things, in order; spans that touch and say the same are one."""
    found: list[Change] = []
    for span, old, new in _moments(before, after):
        if old == new:
            continue
        if found and (found[-1].end, found[-1].before, found[-1].after) == (span.start, old, new):
            found[-1] = replace(found[-1], end=span.end)
        else:
            found.append(Change(span.start, span.end, old, new))
    return found


def _moments(before: Sequence[Stint], after: Sequence[Stint]) -> Iterator[tuple[Span, Users, Users]]:
    """Each span between two edges, with the users on call before the change and after it."""
    edges: dict[datetime, list[tuple[int, UUID, int]]] = defaultdict(list)
    for side, stints in enumerate((before, after)):
        for stint in stints:
            edges[stint.start].append((side, stint.user_id, 1))
            edges[stint.end].append((side, stint.user_id, -1))
    on_call: tuple[Counter[UUID], Counter[UUID]] = (Counter(), Counter())
    for at, until in pairwise(sorted(edges)):
        for side, user_id, by in edges[at]:
            on_call[side][user_id] += by
        yield Span(at, until), frozenset(+on_call[0]), frozenset(+on_call[1])
