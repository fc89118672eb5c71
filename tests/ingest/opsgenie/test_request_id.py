"""Ids of requests, which say what became of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ingest.opsgenie.request_id import ACTIONS, RequestOutcome, read_id, write_id

INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.sampled_from(ACTIONS), st.integers(0, 2**62 - 1), INSTANTS)
def test_an_id_says_what_became_of_its_request(action: str, alert_id: int, at: datetime) -> None:
    number = write_id(RequestOutcome(action, alert_id, at))
    outcome = read_id(str(number))
    assert outcome is not None
    assert (outcome.action, outcome.alert_id, number.version) == (action, alert_id, 8)
    assert timedelta(0) <= at - outcome.at < timedelta(milliseconds=1)


@pytest.mark.parametrize("text", ["", "x", "43a29c5c-3dbf-4fa4-9c26-f4f71023e120", "f" * 32, "0" * 40])
def test_other_ids_say_nothing(text: str) -> None:
    assert read_id(text) is None
