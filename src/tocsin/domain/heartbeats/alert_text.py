"""What the alert of a heartbeat monitor says."""

from datetime import datetime

from tocsin.domain.heartbeats.decide import HeartbeatReason

_MOST_LETTERS = 500


def alert_summary(name: str, reason: HeartbeatReason, exit_code: int | None) -> str:
    """One line: which monitor, and what is wrong."""
    shown = name if len(name) <= _MOST_LETTERS else name[: _MOST_LETTERS - 1] + "…"
    match reason:
        case HeartbeatReason.FAILED if exit_code is not None:
            return f"{shown} has failed with exit code {exit_code}"
        case HeartbeatReason.FAILED:
            return f"{shown} has failed"
        case HeartbeatReason.RUNS_TOO_LONG:
            return f"{shown} runs for too long"
        case _:
            return f"{shown} has missed its heartbeat"


def alert_details(since: datetime, last_ok_at: datetime | None) -> str:
    """When it went down, and when it was well for the last time."""
    last = f"{last_ok_at:%Y-%m-%d %H:%M:%S} UTC" if last_ok_at is not None else "never"
    return f"Down since {since:%Y-%m-%d %H:%M:%S} UTC. Last successful ping: {last}."
