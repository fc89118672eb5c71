"""The operators are notified of payloads that paged nobody, since they could not be mapped to an alert."""

from dataclasses import dataclass

from tocsin.db.migrate import unfit
from tocsin.db.pool import Pool
from tocsin.errors import NotFound
from tocsin.store.engine_status import operators
from tocsin.store.engine_status.operators import Operators
from tocsin.store.payloads import quarantine
from tocsin.store.payloads.quarantine import UntoldQuarantine
from tocsin.watch.notify import Notifier, OperatorNotice


@dataclass(frozen=True, slots=True)
class QuarantineWatch:
    """Looks for something in quarantine, and notifies the people of the policy named.

    Nobody holds a connection while a notice is on its way: it is claimed, sent, and recorded. When nobody accepts it,
    or the process dies, the claim runs out, and it is sent again with the same keys.
    """

    pool: Pool
    notifier: Notifier
    policy: str

    async def look(self) -> bool:
        """Look once; whether anybody was notified."""
        if (found := await self._claim()) is None:
            return False
        recipients, untold = found
        if not await self.notifier.notify(recipients, _notice(untold)):
            return False
        await quarantine.noticed(self.pool, untold.key_id)
        return True

    async def _claim(self) -> tuple[Operators, UntoldQuarantine] | None:
        async with self.pool.acquire() as connection:
            if await unfit(connection) is not None:
                return None
            try:
                recipients = await operators.of_policy(connection, self.policy)
            except NotFound:  # the watch over the engine logs it
                return None
            untold = await quarantine.claim_notice(connection) if recipients.recipients else None
        return (recipients, untold) if untold else None


def _notice(untold: UntoldQuarantine) -> OperatorNotice:
    what = f"{untold.waiting} request{'' if untold.waiting == 1 else 's'}"
    return OperatorNotice(
        key=f"quarantine:{untold.key_id}:{untold.last_at.timestamp():.3f}",
        status="quarantine",
        summary=f"{what} to {untold.service_name} could not be mapped to an alert",
        causes=[f"the integration key is {untold.key_name}", f"the last: {untold.reason}"],
        at=untold.last_at,
        path=f"/services/{untold.service_id}/keys/{untold.key_id}/quarantine",
    )
