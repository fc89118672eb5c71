"""What Debian's Alertmanager sends by each of its receivers that Tocsin understands; `make test-senders` records it."""

import json
from pathlib import Path

import httpx
import pytest
from tests.fixtures.factories import Factory
from tests.ingest.recorded import exchanges, send_again

from tocsin.ingest.alert_groups.fingerprint import fingerprint

_RECORDED = Path(__file__).with_name("recorded")


@pytest.mark.parametrize(
    ("receiver", "alert"),
    [
        ("alertmanager", ("Disk is full on db1", "warning", ["runbook", "link", "link"])),
        ("pagerduty", ("[FIRING:1] DiskFull pagerduty (db1 warning)", "error", ["source"])),
        ("opsgenie", ("[FIRING:1] DiskFull opsgenie (db1 warning)", "warning", ["source"])),
    ],
)
async def test_what_a_receiver_sent_is_taken_in_again(
    anonymous: httpx.AsyncClient, make: Factory, receiver: str, alert: tuple[str, str, list[str]]
) -> None:
    token = await make.integration_key(await make.service(), key_type=receiver)
    await send_again(anonymous, _RECORDED / f"{receiver}.json", token)
    (row,) = await make.pool.fetch("select summary, severity, links, status from alerts")
    assert (row["summary"], row["severity"], [link["kind"] for link in row["links"]]) == alert
    assert row["status"] == "closed"


def test_a_fingerprint_that_is_computed_is_the_one_that_alertmanager_sends() -> None:
    sent = [alert for one in exchanges(_RECORDED / "alertmanager.json") for alert in json.loads(one.body)["alerts"]]
    assert sent
    for alert in sent:
        assert fingerprint(alert["labels"]) == alert["fingerprint"]
