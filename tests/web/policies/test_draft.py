"""A policy that somebody writes: what its form says, and what the buttons of its ladder do."""

from uuid import UUID

import pytest

from tocsin.domain.on_call.snapshot import Target
from tocsin.web.kit.forms import Form
from tocsin.web.policies.draft import Draft, names, press, read, to_form, values, without_ids

ANN, ROOM, STEP = (UUID(int=number) for number in (1, 2, 3))


def draft() -> Draft:
    """Two steps, the second before the first in their numbers."""
    return read(
        Form(
            (
                ("name", "Night"),
                ("repeat", ""),
                ("step-1", str(STEP)),
                ("delay-1", "5"),
                ("unit-1", "60"),
                ("target-1", f"user:{ANN}"),
                ("target-1", "nonsense"),
                ("step-0", ""),
                ("delay-0", "x"),
                ("unit-0", "3600"),
            )
        )
    )


def keys(of: Draft) -> list[str]:
    return [step.key for step in of.steps]


def test_the_order_of_the_fields_is_the_order_of_the_steps() -> None:
    first, second = values(draft())["steps"]
    assert first["id"] == str(STEP)
    assert first["delay_seconds"] == 300
    assert first["targets"] == [{"type": "user", "id": ANN}]
    assert (second["id"], second["delay_seconds"]) == (None, "x")
    assert values(draft())["repeat"] is None


@pytest.mark.parametrize(
    ("button", "left"),
    [
        ("add", ["1", "0", "2"]),
        ("remove:1", ["0"]),
        ("up:0", ["0", "1"]),
        ("down:1", ["0", "1"]),
        ("up:1", ["1", "0"]),
        ("down:0", ["1", "0"]),
        ("up:9", ["1", "0"]),
        ("explode:1", ["1", "0"]),
        ("", ["1", "0"]),
    ],
)
def test_buttons_add_move_and_remove_steps(button: str, left: list[str]) -> None:
    assert keys(press(draft(), button)) == left


def test_buttons_put_and_drop_targets() -> None:
    put = press(draft(), f"put:1:channel:{ROOM}")
    assert put.steps[0].targets == (Target("user", ANN), Target("channel", ROOM))
    assert press(put, f"put:1:channel:{ROOM}").steps[0].targets == put.steps[0].targets
    assert press(put, f"drop:1:user:{ANN}").steps[0].targets == (Target("channel", ROOM),)
    for nonsense in ("put:1:user:x", "put:1:team:" + str(ROOM), "put:1", "put"):
        assert press(draft(), nonsense) == draft()


def test_steps_that_are_no_more_become_new_ones() -> None:
    assert [step.id for step in without_ids(draft()).steps] == ["", ""]
    assert [step.id for step in without_ids(draft(), [STEP]).steps] == [str(STEP), ""]


def test_a_form_of_the_draft_says_the_same() -> None:
    for one in (draft(), press(draft(), "add"), press(draft(), "remove:1"), Draft(Form.of(name="Without steps"))):
        again = read(to_form(one))
        assert (list(again.steps), values(again)) == (list(one.steps), values(one))


def test_errors_find_their_fields() -> None:
    named = names(draft())
    assert named["steps.0.delay_seconds"] == "delay-1"
    assert named["steps.0.targets.0.id"] == "targets-1"
    assert named["steps.1.delay_seconds"] == "delay-0"
