"""What the end of a ping's address says of a run."""

import re
from dataclasses import dataclass
from signal import Signals

from tocsin.errors import NotFound
from tocsin.store.heartbeats.pings import PingKind

_NUMBER = re.compile(r"-?\d{1,10}", re.ASCII)
_WORD = re.compile(r"[A-Za-z][\w.+-]{0,59}", re.ASCII)
_WELL = frozenset({"ok", "success", "succeeded", "done", "up"})
_OF_SHELLS = 128  # what a shell adds to the number of the signal that has ended a command


@dataclass(frozen=True, slots=True)
class RunSignal:
    """A kind of ping. ``told`` is the sender's word for how the run has ended, where it is none of ours."""

    kind: PingKind
    exit_code: int | None = None
    told: str = ""


def read_signal(end: str) -> RunSignal:
    """The end of an address; empty for all is well. A word that says nothing else is how a run has failed, as systemd's
    ``$EXIT_STATUS`` and ``$SERVICE_RESULT`` say it. Raises NotFound for what is no word, and for ``log``.
    """
    word = end.lower()
    if word in {"start", "fail"}:
        return RunSignal("start" if word == "start" else "fail")
    if not end or word in _WELL:
        return RunSignal("ok")
    if _NUMBER.fullmatch(end):
        return RunSignal("fail" if int(end) else "ok", int(end))
    if _WORD.fullmatch(end) and word != "log":  # which healthchecks.io has for a log without a signal
        return RunSignal("fail", _exit_code(end), end)
    raise NotFound("an address ends in /start, /fail, an exit code or a word for a failure, or in the secret itself")


def _exit_code(word: str) -> int | None:
    """The exit code that shells give when the signal of this name has ended a command; None when it is no signal."""
    name = f"SIG{word.removeprefix('SIG')}"
    return _OF_SHELLS + Signals[name].value if name in Signals.__members__ else None
