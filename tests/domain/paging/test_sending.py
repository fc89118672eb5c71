"""N2: whether a page may still go out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.paging.reasons import LetOthersMove, PagingReason
from tocsin.domain.paging.sending import Bundle, Cancel, Defer, Send, Waiting, may_send

START = datetime(2026, 1, 14, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WAITING = Waiting("triggered", False, False, True, True)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (WAITING, Send()),
        (replace(WAITING, alert_status="closed"), Cancel(PagingReason.CLOSED)),
        (replace(WAITING, alert_status="closed", outlives_acknowledgement=True), Cancel(PagingReason.CLOSED)),
        (replace(WAITING, alert_status="acknowledged"), Cancel(PagingReason.ACKNOWLEDGED)),
        (replace(WAITING, alert_status="acknowledged", outlives_acknowledgement=True), Send()),
        (replace(WAITING, cycle_ended=True, outlives_acknowledgement=True), Cancel(PagingReason.ACKNOWLEDGED)),
        (replace(WAITING, destination_exists=False, destination_enabled=False), Cancel(PagingReason.NO_DESTINATION)),
        (replace(WAITING, destination_enabled=False), Cancel(PagingReason.DISABLED)),
        (replace(WAITING, maintenance_until=START + MINUTE), Defer(START + MINUTE)),
        (replace(WAITING, maintenance_until=START), Send()),
        (replace(WAITING, later_page_goes=True), Bundle()),
        (replace(WAITING, later_page_goes=True, alert_status="closed"), Cancel(PagingReason.CLOSED)),
        (replace(WAITING, later_page_goes=True, others_move=True), Bundle()),
        (replace(WAITING, others_move=True), LetOthersMove(START)),
    ],
)
def test_n2_a_page_may_go_out(page: Waiting, expected: Send | Cancel | Bundle | Defer | LetOthersMove) -> None:
    assert may_send(page, START) == expected


@given(
    st.builds(
        Waiting,
        st.sampled_from(["triggered", "acknowledged", "closed"]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.none() | st.sampled_from([START - MINUTE, START, START + MINUTE]),
        st.booleans(),
        st.booleans(),
    )
)
def test_n2_what_is_sent_is_wanted_and_has_somewhere_to_go(page: Waiting) -> None:
    if may_send(page, START) == Send():
        assert page.alert_status != "closed"
        assert not page.cycle_ended
        assert page.destination_exists
        assert page.destination_enabled
        assert not page.later_page_goes
        assert page.maintenance_until is None or page.maintenance_until <= START
