"""10,000 alerts that are due at one instant, until the last page of them is received."""

import time
from collections.abc import AsyncIterator

from benchmarks.compare.environment import Seeded, working
from benchmarks.compare.figures import Figure
from benchmarks.compare.storm import cost_until, make_due
from benchmarks.designs.catalogue import SENDING
from benchmarks.table import quantile
from tocsin.channels.webhook.receiver import WebhookReceiver

CURVE = "received-curve"
SHARES = range(1, 101, 3)

_TO_PHONE = "update contact_methods set type = 'webhook', address = $1, secret = null"
_UNSENT = "select $1 - (select count(*) from outgoing_messages where status = 'sent')"


async def received(seed: Seeded) -> AsyncIterator[Figure]:
    """By each design that sends: when the first, half and the last of the pages were received, and what that cost."""
    for design in SENDING:
        async with WebhookReceiver() as phone, working(seed, design) as environment:
            await environment.pool.execute(_TO_PHONE, phone.url)
            due = await make_due(environment)
            began = time.monotonic() - (time.time() - due.timestamp())
            used = await cost_until(environment, _UNSENT)
        late = sorted(request.received_at - began for request in phone.requests)
        for what, value, unit in (
            ("storm, until the first page is received", late[0], "s"),
            ("storm, until half of the pages are received", quantile(late, 0.5), "s"),
            ("storm, until the last page is received", late[-1], "s"),
            ("storm, processor time an alert, sent", used / len(late) * 1000, "ms"),
        ):
            yield Figure("compare-received", what, seed.size.alerts, seed.size.policies, design, value, unit)
        for share in SHARES:
            after = quantile(late, share / 100)
            yield Figure(CURVE, f"{share} % received", seed.size.alerts, seed.size.policies, design, after, "s")
