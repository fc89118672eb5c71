"""What the end of a ping's address says."""

import pytest

from tocsin.errors import NotFound
from tocsin.ingest.heartbeats.run_signal import RunSignal, read_signal


@pytest.mark.parametrize(
    ("end", "meant"),
    [
        ("", RunSignal("ok")),
        ("start", RunSignal("start")),
        ("FAIL", RunSignal("fail")),
        ("success", RunSignal("ok")),
        ("0", RunSignal("ok", 0)),
        ("3221225786", RunSignal("fail", 3_221_225_786)),
        ("-9", RunSignal("fail", -9)),
        ("KILL", RunSignal("fail", 137, "KILL")),
        ("SIGTERM", RunSignal("fail", 143, "SIGTERM")),
        ("oom-kill", RunSignal("fail", None, "oom-kill")),
        ("stop", RunSignal("fail", None, "stop")),
    ],
)
def test_the_end_of_an_address_says_how_a_run_is(end: str, meant: RunSignal) -> None:
    assert read_signal(end) == meant


@pytest.mark.parametrize("end", ["log", "12345678901", "--", "\0", "é", "a b", "x" * 61, "٣"])
def test_what_says_nothing_is_not_found(end: str) -> None:
    with pytest.raises(NotFound):
        read_signal(end)
