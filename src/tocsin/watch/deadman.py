"""The dead man's switch: an address elsewhere is asked every so often, and raises the alarm when nobody asks any more.

It is asked only while pages go out, as far as the database can tell of all engines together. So any engine may ask, and
each does: with one engine sick and another doing its work, pages go out. That an engine is missing is told by
``tocsin_engines_alive``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import asyncpg
import structlog
from yarl import URL

from tocsin.channels.kit.causes import connection_cause, place
from tocsin.db.pool import CONNECTION_ERRORS, Pool
from tocsin.domain.engine_health import obstacles
from tocsin.store.engine_status import engine_health
from tocsin.watch.metrics import PINGS

log = structlog.get_logger(__name__)

_WITHIN = aiohttp.ClientTimeout(total=10)


@dataclass(slots=True)
class Deadman:
    """Asks ``url``, which is a secret, and logs only where it leads."""

    pool: Pool
    client: aiohttp.ClientSession
    url: str
    _silent_because: Sequence[str] = ()
    _failed_because: str | None = None

    async def ping(self) -> str:
        """Ask if pages go out; returns what came of it: sent, failed, or withheld."""
        outcome = await self._ping()
        PINGS.labels(outcome).inc()
        return outcome

    async def _ping(self) -> str:
        because = await self._obstacles()
        if bool(because) != bool(self._silent_because):
            if because:
                log.warning("deadman_ping_withheld", because=because)
            else:
                log.info("deadman_ping_goes_on")
        self._silent_because = because
        if because:
            return "withheld"
        failure = await self._ask()
        if failure is not None and self._failed_because is None:
            log.warning("deadman_ping_failed", error=failure)
        self._failed_because = failure
        return "sent" if failure is None else "failed"

    async def _obstacles(self) -> Sequence[str]:
        try:
            async with self.pool.acquire() as connection:
                found = await engine_health.status(connection)
        except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
            return [f"the database does not answer: {type(error).__name__}"]
        return ["the database has another schema"] if found is None else obstacles(found)

    async def _ask(self) -> str | None:
        """Why the address did not answer 2xx; None when it did."""
        url = URL(self.url)
        where = place(url.host, url.port, 443 if url.scheme == "https" else 80)
        try:
            async with self.client.get(url, timeout=_WITHIN) as answer:
                return None if 200 <= answer.status < 300 else f"{where} answered {answer.status}"
        except TimeoutError:
            return f"{where} did not answer within {_WITHIN.total:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"no answer from {where}: {connection_cause(error)}"
