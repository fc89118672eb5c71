"""Who is on call in the soak: made through the API, with all that the checks must know of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from soak.api import Api
from soak.phones import Phone

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {"weekdays": list(WEEK), "start": "00:00", "end": "00:00"}
LATER = 45.0

Target = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What stays the same of a service's policies, whichever of its two it has."""

    steps: int
    repeat: int


SHAPES = (Shape(2, 1), Shape(3, 0), Shape(2, 2))


@dataclass(slots=True)
class Policy:
    """A policy as it was last asked to be, and each delay that a step has ever been asked to have, by its number."""

    id: str
    steps: list[dict[str, Any]]
    choices: Sequence[Sequence[Target]]
    delays: list[set[float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Service:
    """A service, its ingest key, and the two policies between which it moves."""

    id: str
    token: str
    shape: Shape
    policies: Sequence[Policy]

    def delays(self, step_number: int) -> set[float]:
        """What the delay of its step may have been."""
        return {delay for policy in self.policies for delay in policy.delays[step_number]}


@dataclass(slots=True)
class Organisation:
    """All of it. ``rules``: each user's notification rules by id; ``fickle``: the rules that may not apply."""

    users: list[str] = field(default_factory=list)
    rules: dict[str, set[str]] = field(default_factory=dict)
    fickle: set[str] = field(default_factory=set)
    fickle_method: str = ""
    rotations: list[str] = field(default_factory=list)
    schedules: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    poisoned_rotation: str = ""

    @property
    def by_id(self) -> dict[str, Service]:
        return {service.id: service for service in self.services}


async def found(api: Api, phones: Sequence[Phone]) -> Organisation:
    """Six people, three rooms, rotations that hand off at different moments, schedules, and six services."""
    made = Organisation()
    for number in range(6):
        await _person(api, made, number, phones)
    for number, phone in enumerate(phones):
        room = await api.create("channels", name=f"Room {number}", type="webhook", address=f"{phone.url}/room{number}")
        made.channels.append(room["id"])
    for number in range(4):
        await _rotation(api, made, number)
    await _schedules(api, made)
    choices = _choices(made)
    for number, shape in enumerate(SHAPES):
        pair = [await _policy(api, f"Policy {number}{letter}", shape, choices) for letter in "ab"]
        for letter in "xy":
            made.services.append(await _service(api, f"Service {number}{letter}", shape, pair))
    return made


async def _person(api: Api, made: Organisation, number: int, phones: Sequence[Phone]) -> None:
    user = await api.create("users", name=f"User {number}", email=f"user{number}@example.org")
    made.users.append(user["id"])
    made.rules[user["id"]] = set()
    phone = phones[number % len(phones)]
    method = await _method(api, user["id"], f"{phone.url}/user{number}")
    await _rule(api, made, user["id"], method)
    if number % 2 == 0:
        await _rule(api, made, user["id"], method, LATER)
    if number == 5:
        made.fickle_method = await _method(api, user["id"], f"{phones[0].url}/fickle")
        made.fickle.add(await _rule(api, made, user["id"], made.fickle_method))


async def _method(api: Api, user: str, address: str) -> str:
    body = {"name": address.rsplit("/", 1)[1], "type": "webhook", "address": address}
    return str((await api.create(f"users/{user}/contact-methods", **body))["id"])


async def _rule(api: Api, made: Organisation, user: str, method: str, delay: float = 0) -> str:
    rule = await api.create(f"users/{user}/notification-rules", contact_method_id=method, delay_seconds=delay)
    made.rules[user].add(rule["id"])
    return str(rule["id"])


async def _rotation(api: Api, made: Organisation, number: int) -> None:
    """They hand off every hour, each at minutes of its own; the last is the one that is poisoned."""
    first = (2 * number) % len(made.users)
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=13 * number + 1)
    rotation = await api.create(
        "rotations",
        name=f"Rotation {number}",
        time_zone="Europe/Berlin",
        type="hourly",
        start_at=start.isoformat(),
        participants=made.users[first : first + 2],
    )
    made.rotations.append(rotation["id"])
    made.poisoned_rotation = rotation["id"]


async def _schedules(api: Api, made: Organisation) -> None:
    """One follows a rotation, one a person (and overrides), one the rotation that is poisoned."""
    targets = [("rotation", made.rotations[0]), ("user", made.users[3]), ("rotation", made.poisoned_rotation)]
    for number, (kind, id_) in enumerate(targets):
        rule = {"target": {"type": kind, "id": id_}, **ALWAYS}
        body = {"name": f"Schedule {number}", "time_zone": "Europe/Berlin", "rules": [rule]}
        made.schedules.append((await api.create("schedules", **body))["id"])


def _choices(made: Organisation) -> Sequence[Sequence[Target]]:
    """What a step may notify. Each reaches somebody at all times."""
    user, rotation, schedule, room = (
        [{"type": kind, "id": id_} for id_ in ids]
        for kind, ids in (
            ("user", made.users),
            ("rotation", made.rotations),
            ("schedule", made.schedules),
            ("channel", made.channels),
        )
    )
    return [
        [schedule[2]],
        [rotation[1]],
        [schedule[0], room[0]],
        [user[0], user[5]],
        [schedule[1]],
        [room[1]],
        [rotation[2], room[2], user[4]],
    ]


async def _policy(api: Api, name: str, shape: Shape, choices: Sequence[Sequence[Target]]) -> Policy:
    delays = [20.0 + 15 * number for number in range(shape.steps)]
    first = len(name) + ord(name[-1])
    steps = [
        {"delay_seconds": delay, "targets": list(choices[(first + 2 * number) % len(choices)])}
        for number, delay in enumerate(delays)
    ]
    policy = await api.create("escalation-policies", name=name, repeat=shape.repeat, steps=steps)
    for step, stored in zip(steps, policy["steps"], strict=True):
        step["id"] = stored["id"]
    return Policy(policy["id"], steps, choices, [{delay} for delay in delays])


async def _service(api: Api, name: str, shape: Shape, pair: Sequence[Policy]) -> Service:
    service = await api.create("services", name=name, escalation_policy_id=pair[0].id)
    key = await api.create(f"services/{service['id']}/integration-keys", name="soak", type="generic")
    return Service(service["id"], key["token"], shape, pair)
