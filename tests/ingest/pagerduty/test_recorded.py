"""What PagerDuty's own Python package sends."""

from pathlib import Path

import pytest
from tests.ingest.conftest import Sender
from tests.ingest.recorded import recordings, send_again

from tocsin.store.services import changes


@pytest.mark.parametrize("recording", recordings(__file__), ids=lambda recording: recording.stem)
async def test_what_was_recorded_is_taken_in_again(sender: Sender, recording: Path) -> None:
    await send_again(sender.http, recording, sender.token)
    alert = await sender.alert()
    assert (alert["summary"], alert["status"], alert["count"]) == ("Disk is full on db1", "closed", 2)
    assert alert["details"] == "free: 1%\nmounts:\n  - /var\n  - /home"
    assert [link["kind"] for link in await sender.links()] == ["runbook", "image"]
    (change,) = await changes.newest(sender.pool, sender.service.id, 10)
    assert (change.summary, change.source) == ("Version 2 of the shop", "ci")
