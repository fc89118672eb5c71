"""The type of way out that speaks to a hundred services by URLs of Apprise, which is imported when one is used."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tocsin.channels.channel_type import ChannelType, SenderSettings
from tocsin.channels.page import Sender


def _check_url(address: str) -> str:
    from tocsin.channels.apprise.sender import check_apprise_url

    return check_apprise_url(address)


async def _load_plugins() -> None:
    """Import Apprise with its plugins on a thread, unless that is done: the event loop would wait for it."""

    def load() -> None:
        from tocsin.channels.apprise.sender import load_plugins_soon

        load_plugins_soon().join()

    await asyncio.to_thread(load)


@asynccontextmanager
async def _open_sender(_: SenderSettings) -> AsyncIterator[Sender]:
    await _load_plugins()
    from tocsin.channels.apprise.sender import AppriseSender

    yield AppriseSender()


APPRISE = ChannelType(
    name="apprise",
    caption="Apprise: chat, push, SMS",
    person_address="an Apprise URL such as ntfy://topic or tgram://token/chat",
    channel_address="an Apprise URL such as slack://… or msteams://…",
    check_address=_check_url,
    prepare_check=_load_plugins,
    audit_address="hidden",
    open_sender=_open_sender,
)
