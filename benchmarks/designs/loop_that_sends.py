"""A loop of five seconds that sends, too: everything that is due in one transaction, then all pages by one sender.

GoAlert's engine has this shape, and limits to how much it sends of a kind in a while, which are lifted here. The pages
are as short as they can be and nothing is signed, in favour of the loop.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import asyncpg

from benchmarks.designs.all_at_once import AllAtOnce
from tocsin.db.pool import Connection

_WAITING = """
select messages.id, messages.alert_id, methods.address
from outgoing_messages as messages
join contact_methods as methods on methods.id = messages.contact_method_id
where messages.status = 'pending'
order by messages.created_at, messages.id
limit $1
"""
_SENT = "update outgoing_messages set status = 'sent', sent_at = now(), next_attempt = null where id = any($1::uuid[])"


@dataclass(frozen=True, slots=True)
class LoopThatSends:
    """``at_once`` pages are under way at a time, as many as Tocsin's engine has to one host."""

    most_read: int = 500
    at_once: int = 64

    async def run_once(self, connection: Connection) -> int:
        """One round; how many alerts have moved."""
        moved = await AllAtOnce().run_once(connection)
        connector = aiohttp.TCPConnector(limit=self.at_once)
        async with aiohttp.ClientSession(connector=connector) as client:
            while pages := await connection.fetch(_WAITING, self.most_read):
                await self._send(client, pages)
                await connection.execute(_SENT, [page["id"] for page in pages])
        return moved

    async def _send(self, client: aiohttp.ClientSession, pages: Sequence[asyncpg.Record]) -> None:
        async def post(page: asyncpg.Record) -> None:
            body = {"type": "alert", "page_id": str(page["id"]), "alert": {"id": page["alert_id"]}}
            async with client.post(page["address"], json=body) as answer:
                answer.raise_for_status()

        await asyncio.gather(*(post(page) for page in pages))
