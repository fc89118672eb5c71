"""All ways out, by the name of their type: ours, and those that installed packages bring along.

A way out is a folder that holds a ``ChannelType``, and one line that registers it: in ``OURS`` here, or in the
``pyproject.toml`` of another package, as an entry point of the group ``tocsin.channels``. CONTRIBUTING.md shows how.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from tocsin.channels.apprise.type import APPRISE
from tocsin.channels.channel_type import ChannelType, SenderSettings
from tocsin.channels.email.type import EMAIL
from tocsin.channels.page import Destination, Page, Receipt, Sender
from tocsin.channels.webhook.type import WEBHOOK
from tocsin.errors import DeliveryFailed
from tocsin.extensions import with_installed

OURS: Sequence[ChannelType] = (
    EMAIL,
    WEBHOOK,
    APPRISE,
)

ENTRY_POINTS = "tocsin.channels"


@cache
def channel_types() -> Mapping[str, ChannelType]:
    """Every type by its name, ours first. Raises ConfigurationError when another package's cannot be used."""
    return with_installed(ENTRY_POINTS, ChannelType, OURS, lambda channel_type: channel_type.name)


def types_for_people() -> Sequence[ChannelType]:
    """The types that contact methods may have."""
    return [kind for kind in channel_types().values() if kind.person_address is not None]


def types_for_channels() -> Sequence[ChannelType]:
    """The types that channels may have."""
    return [kind for kind in channel_types().values() if kind.channel_address is not None]


def check_address(type: str, address: str) -> str:  # noqa: A002 - the word of the API
    """Return the address as it is to be stored. Raises ValueError with a sentence that quotes what is wrong.

    Parts that may be credentials are not quoted. Nothing is looked up or connected to.
    """
    kind = channel_types().get(type)
    if kind is None:
        raise ValueError(f"'{type}' is not one of {', '.join(channel_types())}")
    return kind.check_address(address)


async def prepare_checks(names: Collection[str]) -> None:
    """Make ready to check addresses of these types; a name that is none is left out."""
    for name in channel_types().keys() & set(names):
        await channel_types()[name].prepare_check()


class Senders(dict[str, Sender]):
    """Senders by the name of their type. A type that is no longer registered has one that refuses its pages."""

    def __missing__(self, name: str) -> Sender:
        return _Unregistered(name)


@asynccontextmanager
async def open_senders(smtp_url: str | None, in_use: Collection[str] = ()) -> AsyncIterator[Mapping[str, Sender]]:
    """Yield one sender per type, ready to use at the same time from many tasks; those of ``in_use`` without delay.

    The others are opened with their first page, so that what is never used takes no memory: Apprise and its plugins
    take 17 MB, the HTTP client 7 MB. Raises ConfigurationError when ``smtp_url`` is wrong.
    """
    settings = SenderSettings(smtp_url)
    async with AsyncExitStack() as stack:
        senders = {name: _OpenedWhenUsed(kind, settings, stack) for name, kind in channel_types().items()}
        for name, kind in channel_types().items():
            if kind.opens_at_start or name in in_use:
                await senders[name].opened()
        yield Senders(senders)


@dataclass(slots=True)
class _OpenedWhenUsed:
    kind: ChannelType
    settings: SenderSettings
    stack: AsyncExitStack
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _sender: Sender | None = None

    async def opened(self) -> Sender:
        async with self._opening:
            if self._sender is None:
                self._sender = await self.stack.enter_async_context(self.kind.open_sender(self.settings))
            return self._sender

    async def send(self, destination: Destination, page: Page) -> Receipt:
        sender = self._sender or await self.opened()
        return await sender.send(destination, page)


@dataclass(frozen=True, slots=True)
class _Unregistered:
    name: str

    async def send(self, destination: Destination, page: Page) -> Receipt:
        raise DeliveryFailed(f"no channel type '{self.name}' is installed", permanent=True)
