"""The connections of clients: how many there may be, and how long each may keep the server waiting.

A connection either waits for its client (for a request, for the rest of one, for its answer to be read) or is being
served. One that waits has a deadline, and is what makes room when a limit is reached: the one that has waited longest
goes, and the newcomer is let in. So silent connections, however many, never keep out a client that says what it wants.
Only when every connection is being served is a newcomer refused.
"""

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol, TypeAlias

from tocsin.http.server.counts import CONNECTIONS, CutOffCause, Episodes

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_ALL_ADDRESSES = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class ClientWait(Enum):
    """What a connection waits for its client to do."""

    HEADERS = auto()
    BODY = auto()
    NEXT_REQUEST = auto()
    READING = auto()
    LINGERING = auto()


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there may be, in all and of one address, and the seconds that each may keep us waiting.

    ``proxies`` are networks whose addresses stand for many clients: for them only the limit of all counts.
    """

    connections: int = 2_000
    connections_per_address: int = 500
    proxies: Sequence[Network] = ()
    headers: float = 10
    body: float = 30
    next_request: float = 10
    reading: float = 30
    lingering: float = 10

    def seconds(self) -> Mapping[ClientWait, float]:
        return {
            ClientWait.HEADERS: self.headers,
            ClientWait.BODY: self.body,
            ClientWait.NEXT_REQUEST: self.next_request,
            ClientWait.READING: self.reading,
            ClientWait.LINGERING: self.lingering,
        }


class ClientConnection(Protocol):
    """What the connections need to know of one."""

    def expire(self, wait: ClientWait) -> None:
        """End it: the wait has lasted for too long."""

    def drop(self) -> None:
        """End it at once, without an answer."""


@dataclass(slots=True)
class _Group:
    """Connections that share a limit, and those that wait, the longest waiting first."""

    count: int = 0
    waiting: dict[ClientConnection, None] = field(default_factory=dict)

    def longest_waiting(self) -> ClientConnection | None:
        return next(iter(self.waiting), None)


class Connections:
    """Every open connection of one server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seconds = limits.seconds()
        self._all = _Group()
        self._by_address: dict[str, _Group] = {}
        self._groups: dict[ClientConnection, tuple[str, _Group]] = {}
        self._waits: dict[ClientConnection, tuple[ClientWait, float]] = {}
        self._episodes = Episodes()

    def admit(self, connection: ClientConnection, address: str, now: float) -> CutOffCause | None:
        """Admit a connection, which then waits for its headers. Returns the cause when there is no room for it."""
        key = _counted_as(address)
        group = self._by_address.get(key) or _Group()
        refused = None
        if group.count >= self._limits.connections_per_address and not self._is_proxy(address):
            refused = self._make_room(group, CutOffCause.ADDRESS_FULL, address, now)
        if refused is None and self._all.count >= self._limits.connections:
            refused = self._make_room(self._all, CutOffCause.FULL, address, now)
        if refused is not None:
            return refused
        self._by_address[key] = group
        self._groups[connection] = (key, group)
        for each in (self._all, group):
            each.count += 1
        CONNECTIONS.inc()
        self.waits(connection, ClientWait.HEADERS, now)
        return None

    def leave(self, connection: ClientConnection) -> None:
        """Forget a connection that has ended. Idempotent."""
        self.is_served(connection)
        key, group = self._groups.pop(connection, ("", None))
        if group is None:
            return
        CONNECTIONS.dec()
        for each in (self._all, group):
            each.count -= 1
        if not group.count:
            self._by_address.pop(key, None)

    def waits(self, connection: ClientConnection, wait: ClientWait, now: float) -> None:
        """Note that from now on the connection waits for its client."""
        if connection not in self._groups:
            return
        self.is_served(connection)
        self._waits[connection] = (wait, now)
        for group in (self._all, self._groups[connection][1]):
            group.waiting[connection] = None

    def is_served(self, connection: ClientConnection) -> None:
        """Note that the connection does not wait for its client."""
        if self._waits.pop(connection, None) is not None:
            for group in (self._all, self._groups[connection][1]):
                group.waiting.pop(connection, None)

    def wait_of(self, connection: ClientConnection) -> ClientWait | None:
        """What the connection waits for; None while it is served."""
        wait, _ = self._waits.get(connection, (None, 0.0))
        return wait

    def sweep(self, now: float) -> None:
        """End the connections that have waited for their client for too long."""
        for connection, wait in list(self._late(now)):
            connection.expire(wait)
        self._episodes.settle(now)

    def _late(self, now: float) -> Iterator[tuple[ClientConnection, ClientWait]]:
        shortest = min(self._seconds.values())
        for connection, (wait, since) in self._waits.items():
            if now - since < shortest:
                return  # the others have waited less
            if now - since >= self._seconds[wait]:
                yield connection, wait

    def _make_room(self, group: _Group, full: CutOffCause, address: str, now: float) -> CutOffCause | None:
        """End the connection that has waited longest; ``full`` when none waits."""
        connection = group.longest_waiting()
        self._episodes.note(full if connection is None else CutOffCause.MADE_ROOM, address, now)
        if connection is None:
            return full
        self.leave(connection)
        connection.drop()
        return None

    def _is_proxy(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is None or any(parsed in network for network in (*_LOOPBACK, *self._limits.proxies))


def proxies(text: str) -> Sequence[Network]:
    """The networks that ``FORWARDED_ALLOW_IPS`` names: addresses and networks with commas between, or ``*``."""
    if text.strip() == "*":
        return _ALL_ADDRESSES
    return [network for item in text.split(",") if (network := _network(item.strip())) is not None]


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:  # a name, which Uvicorn believes when it stands for a socket's path
        return None


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, ipaddress.IPv6Address) else parsed


def _counted_as(address: str) -> str:
    """Whose connection it is: of IPv6 the network of 64 bits, since one machine has all its addresses."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address if parsed is None else str(parsed)
