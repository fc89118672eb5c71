"""What the demo shows: sentences, and the alert's timeline as it grows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC

from rich.console import Console
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from tocsin.store.alerts.timeline import TimelineEntry
from tocsin.web.alerts.alert_text import sentence

_STYLES = {"escalated": "yellow", "page": "cyan", "acknowledged": "green", "closed": "bold green", "created": "red"}


class Screen:
    """The terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def say(self, sentence: str) -> None:
        """One line of its own."""
        self.console.print(sentence, markup=False)

    @asynccontextmanager
    async def following(
        self, look: Callable[[], Awaitable[Sequence[TimelineEntry]]], every: float
    ) -> AsyncIterator[None]:
        """Keep the timeline that ``look`` returns on the screen while the block runs; its last state stays there."""
        with Live(timeline([]), console=self.console, auto_refresh=False) as live:

            async def follow() -> None:
                while True:
                    live.update(timeline(await look()), refresh=True)
                    await asyncio.sleep(every)

            following = asyncio.create_task(follow())
            try:
                yield
            finally:
                following.cancel()
                live.update(timeline(await look()), refresh=True)
        if not self.console.is_terminal:
            self.console.line()  # in a file or a pipe, Live leaves the last line open


def timeline(entries: Sequence[TimelineEntry]) -> Table:
    """An alert's timeline as a table, in UTC."""
    table = Table(
        "time (UTC)",
        "event",
        Column("what", overflow="fold"),
        title="The alert's timeline",
        title_justify="left",
        min_width=90,
    )
    for entry in entries:
        style = _STYLES.get(entry.event, "")
        table.add_row(f"{entry.at:%H:%M:%S.%f}"[:-3], Text(entry.event, style=style), sentence(entry, UTC, entry.at))
    return table
