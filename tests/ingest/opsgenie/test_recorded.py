"""What Opsgenie's own Python package sends."""

from pathlib import Path

import pytest
from tests.ingest.opsgenie.conftest import OpsgenieSender
from tests.ingest.recorded import recordings, send_again


@pytest.mark.parametrize("recording", recordings(__file__), ids=lambda recording: recording.stem)
async def test_what_was_recorded_is_taken_in_again(sender: OpsgenieSender, recording: Path) -> None:
    await send_again(sender.http, recording, sender.token)
    rows = await sender.pool.fetch("select summary, status, severity from alerts order by id")
    assert rows == [("Disk is full on db1", "closed", "error"), ("Something else", "closed", "warning")]
    notes = [meta["text"] for event, meta in await sender.logged(1) if event == "noted"]
    assert [note.splitlines()[0] for note in notes] == [
        "cron: first seen by cron",
        "ann: mine",
        "ann: it grows",
        "asked by Opsgenie's API for tags:",
        "asked by Opsgenie's API for description:",
        "deleted logs",
    ]
