"""When a monitor's next ping is expected: so long after the last one, or at the next time of a cron expression."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

UNREADABLE = (ValueError, LookupError, OSError)
"""What an expectation raises that cannot be read: SQL may have written an unknown zone or a wrong expression."""

_FIELDS = 5
_PROBE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is expected of a monitor; exactly one of ``timeout`` and ``cron`` is given.

    ``grace`` is how much later than expected a ping may come. A run that has said it starts may take ``run_limit``;
    None: as long as its next ping may take.
    """

    timeout: timedelta | None = None
    cron: str | None = None
    time_zone: str = "UTC"
    grace: timedelta = timedelta(0)
    run_limit: timedelta | None = None

    def next_after(self, at: datetime) -> datetime:
        """When a ping is expected after one at ``at``. Raises one of ``UNREADABLE``."""
        if self.timeout is not None:
            return at + self.timeout
        assert self.cron is not None, "a monitor has a timeout or a cron expression"
        return next_of_cron(self.cron, at, ZoneInfo(self.time_zone))

    def errors(self) -> Iterator[tuple[str, str]]:
        """What is wrong with it: a field and a sentence for each."""
        if (self.timeout is None) == (self.cron is None):
            yield "timeout_seconds", "give either timeout_seconds or cron"
        if self.cron is not None:
            try:
                check_cron(self.cron)
            except ValueError as error:
                yield "cron", str(error)


def check_cron(expression: str) -> None:
    """Raises ValueError when it is no cron expression, or names a day that never comes."""
    if len(expression.split()) != _FIELDS:
        raise ValueError("must have five fields: minute, hour, day of month, month, day of week")
    try:
        next(CronSim(expression, _PROBE))
    except CronSimError as error:
        raise ValueError(f"is no cron expression ({str(error)[:1].lower()}{str(error)[1:]})") from error
    except StopIteration:
        raise ValueError("names a day that never comes") from None


@lru_cache(8192)
def next_of_cron(expression: str, at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after ``at`` at which cron would run, in UTC.

    As Debian's cron: a job at a local time that clocks skip runs right after the gap, and one at a time that they
    repeat runs once, at its first occurrence. A job of every hour, or every minute, runs in every one that passes.
    """
    for due in CronSim(expression, at.astimezone(zone)):
        if (instant := due.astimezone(UTC)) > at:
            return instant
    raise ValueError(f"{expression!r} names a day that never comes")
