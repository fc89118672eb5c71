"""Times that people type, where clocks go back and forward."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tocsin.errors import InvalidInput
from tocsin.web.kit.forms import Form
from tocsin.web.kit.wall_times import instant_of, instants_of, wall_time_fields, zones_of_repeated_time

BERLIN = ZoneInfo("Europe/Berlin")


def at(hour: int, minute: int = 30) -> datetime:
    return datetime(2027, 10, 31, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("which", "is_end", "hour"), [("", False, 0), ("", True, 1), ("last", False, 1), ("first", True, 0)]
)
def test_of_a_time_that_comes_twice_one_is_meant(which: str, is_end: bool, hour: int) -> None:
    form = Form.of(start="2027-10-31T02:30", start_which=which)
    assert instant_of(form, "start", BERLIN, is_end=is_end) == at(hour)
    assert zones_of_repeated_time(form, "start", BERLIN) == ("CEST", "CET")


def test_a_time_that_is_skipped_is_the_end_of_the_gap() -> None:
    form = Form.of(start="2027-03-28T02:30")
    assert instant_of(form, "start", BERLIN) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert zones_of_repeated_time(form, "start", BERLIN) is None


@pytest.mark.parametrize("instant", [at(0), at(1), at(5)])
def test_what_is_typed_for_an_instant_is_read_as_that_instant(instant: datetime) -> None:
    form = Form.of(**wall_time_fields("end", instant, BERLIN))
    assert instant_of(form, "end", BERLIN, is_end=True) == instant


def test_every_field_that_is_no_time_is_told() -> None:
    form = Form.of(start="soon", end="2027-10-31T02:30Z")
    with pytest.raises(InvalidInput) as told:
        instants_of(form, BERLIN, ["start"], ["end"])
    assert [error.field for error in told.value.errors] == ["start", "end"]
