"""Forms: values, the API's models made from them, and each error beside its field."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tocsin.api.services import ServiceCreate
from tocsin.errors import Conflict, FieldError, InvalidInput
from tocsin.store.references import ends_after_start
from tocsin.web.kit.forms import WHOLE, Form, status_of


def test_a_form_gives_what_was_sent() -> None:
    form = Form([("name", " Checkout "), ("tick", "a"), ("tick", "b"), ("empty", " ")])
    assert (form.value("name"), form.given("empty"), form.value("gone", "else")) == ("Checkout", None, "else")
    assert (form.values("tick"), form.has("tick", "b"), form.has("tick", "c"), form.has("gone")) == (
        ["a", "b"],
        True,
        False,
        False,
    )
    assert Form.of(name="x", many=["a", "b"], none=None, no=False).fields == (
        ("name", "x"),
        ("many", "a"),
        ("many", "b"),
    )


def test_a_model_is_made_or_every_wrong_field_is_told() -> None:
    form = Form([("name", "Checkout")])
    body = form.body(ServiceCreate, {"name": form.value("name"), "escalation_policy_id": uuid4()})
    assert body.name == "Checkout"
    with pytest.raises(InvalidInput) as wrong:
        form.body(ServiceCreate, {"name": " ", "escalation_policy_id": "x"})
    shown = form.wrong(wrong.value, {"escalation_policy_id": "policy"})
    assert set(shown.errors) == {"name", "policy"}
    assert shown.error("name") == "Must not be empty (it is ' ')."
    assert shown.value("name") == "Checkout"


def test_errors_of_no_field_stand_above_all_and_several_of_one_together() -> None:
    assert Form().wrong(Conflict("it has moved on")).error(WHOLE) == "It has moved on."
    twice = InvalidInput(FieldError("name", "is short"), FieldError("name", "is odd"))
    assert Form().wrong(twice).error("name") == "Is short. Is odd."
    assert (status_of(twice), status_of(Conflict("x"))) == (422, 409)


def test_instants_in_errors_are_told_in_the_zone_of_the_form() -> None:
    start = datetime(2026, 11, 24, 7, tzinfo=UTC)
    wrong = InvalidInput(*ends_after_start(start, start - timedelta(hours=1)))
    assert wrong.errors[0].message == "must be after the start (the start is 2026-11-24T07:00:00Z)"
    said = "Must be after the start (the start is Tue 24 Nov 2026, 08:00:00 CET)."
    assert Form().wrong(wrong, {"end_at": "end"}, ZoneInfo("Europe/Berlin")).error("end") == said
