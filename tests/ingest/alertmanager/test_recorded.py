"""What Debian's Alertmanager sends; `make test-senders` records it."""

import json
from pathlib import Path

import httpx
import pytest
from tests.fixtures.factories import Factory
from tests.ingest.recorded import exchanges, recordings, send_again

from tocsin.ingest.alert_groups.fingerprint import fingerprint


@pytest.mark.parametrize("recording", recordings(__file__), ids=lambda recording: recording.stem)
async def test_what_was_recorded_is_taken_in_again(
    anonymous: httpx.AsyncClient, make: Factory, recording: Path
) -> None:
    token = await make.integration_key(await make.service(), key_type="alertmanager")
    await send_again(anonymous, recording, token)
    rows = await make.pool.fetch("select summary, status, severity from alerts")
    assert [tuple(row) for row in rows] == [("Disk is full on db1", "closed", "warning")]
    links = await make.pool.fetchval("select links from alerts")
    assert [link["kind"] for link in links] == ["runbook", "link", "link"]


@pytest.mark.parametrize("recording", recordings(__file__), ids=lambda recording: recording.stem)
def test_a_fingerprint_that_is_computed_is_the_one_that_alertmanager_sends(recording: Path) -> None:
    sent = [alert for one in exchanges(recording) for alert in json.loads(one.body)["alerts"]]
    assert sent
    for alert in sent:
        assert fingerprint(alert["labels"]) == alert["fingerprint"]
