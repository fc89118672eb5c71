"""Mails that senders sent, kept for `make test` to send again."""

import socket
from pathlib import Path

from senders.target import Target

_RECORDED = Path(__file__).parents[1] / "tests" / "ingest" / "inbound_email" / "recorded"


async def newest(target: Target) -> int:
    """The number of the last payload that has come."""
    number: int = await target.connection.fetchval("select coalesce(max(id), 0) from received_payloads")
    return number


async def record(target: Target, sender: str, since: int) -> None:
    """Keep the mails that have come after a payload, as ``<sender>-<number>.eml``, without the name of this machine."""
    rows = await target.connection.fetch(
        "select payloads.body from received_payloads as payloads"
        " join integration_keys as keys on keys.id = payloads.integration_key_id"
        " where keys.name = 'inbound_email' and payloads.id > $1 order by payloads.id",
        since,
    )
    _RECORDED.mkdir(exist_ok=True)
    for number, row in enumerate(rows, 1):
        text = row["body"].replace(socket.gethostname().encode(), b"db1")
        (_RECORDED / f"{sender}-{number}.eml").write_bytes(text)
    print(f"  recorded {len(rows)} mails: inbound_email/recorded/{sender}")
