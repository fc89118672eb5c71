"""The form of a policy before it is saved: its fields, and what its buttons do.

Pure. Each step has a *key*, which names its fields in the form (``delay-3``) for as long as it is edited; the order of
the fields is the order of the steps. So plain forms edit the steps, and a script may move them about.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args
from uuid import UUID

from tocsin.domain.on_call.snapshot import Target, TargetType
from tocsin.store.policies.policies import Policy
from tocsin.web.kit.choices import id_of
from tocsin.web.kit.durations import USUAL_UNIT, seconds_of, split
from tocsin.web.kit.forms import Form
from tocsin.web.kit.numbers import number_or_text, whole_number

_STEP = "step-"
_OF_STEPS = (_STEP, "delay-", "unit-", "target-", "if_nobody-", "ack_by-", "find-")
_TARGET_TYPES: Sequence[TargetType] = get_args(TargetType)
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class DraftStep:
    """A step as its fields have it. ``id``: of the step that it changes, empty for a new one."""

    key: str
    id: str = ""
    number: str = "5"
    unit: str = USUAL_UNIT
    targets: Sequence[Target] = ()
    if_nobody: str = "skip"
    ack_by: str = "anyone"
    find: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy in its editor: the fields of the form that belong to no step, and the steps in order."""

    form: Form
    steps: Sequence[DraftStep] = ()


def blank() -> Draft:
    """A new policy with one step."""
    return Draft(Form.of(repeat="2"), [DraftStep("0")])


def of_policy(policy: Policy) -> Draft:
    """A saved policy, to be changed."""
    form = Form.of(
        name=policy.name,
        description=policy.description,
        team=policy.team_id,
        repeat="" if policy.repeat is None else policy.repeat,
        catch_all=policy.catch_all_policy_id,
    )
    steps = [
        DraftStep(str(index), str(step.id), *split(step.delay), tuple(step.targets), step.if_nobody, step.ack_by)
        for index, step in enumerate(policy.steps)
    ]
    return Draft(form, steps)


def read(form: Form) -> Draft:
    """The draft that a form describes."""
    keys = list(dict.fromkeys(name.removeprefix(_STEP) for name, _ in form.fields if name.startswith(_STEP)))
    return Draft(form, [_step(form, key) for key in keys[: MOST_STEPS + 1]])


def to_form(draft: Draft) -> Form:
    """A form with the draft's fields."""
    others = [(name, value) for name, value in draft.form.fields if not name.startswith(_OF_STEPS)]
    return replace(draft.form, fields=(*others, *(field for step in draft.steps for field in _fields(step))))


def press(draft: Draft, button: str) -> Draft:
    """The draft after one of its buttons: ``up:3``, ``put:3:user:<id>``. An unknown one does nothing."""
    action, _, rest = button.partition(":")
    key, _, target = rest.partition(":")
    match action:
        case "add":
            return replace(draft, steps=[*draft.steps, DraftStep(_new_key(draft))])
        case "remove":
            return replace(draft, steps=[step for step in draft.steps if step.key != key])
        case "up":
            return replace(draft, steps=_moved(draft.steps, key, -1))
        case "down":
            return replace(draft, steps=_moved(draft.steps, key, 1))
        case "put" | "drop":
            found = _target(target)
            return _with_target(draft, key, found, put=action == "put") if found else draft
        case _:
            return draft


def without_ids(draft: Draft, kept: Collection[UUID] = ()) -> Draft:
    """The draft in which every step whose id is not ``kept`` counts as a new step."""
    ids = {str(each) for each in kept}
    return replace(draft, steps=[step if step.id in ids else replace(step, id="") for step in draft.steps])


def values(draft: Draft) -> Mapping[str, Any]:
    """The draft as the API's model takes it."""
    form = draft.form
    repeat = form.value("repeat")
    return {
        "name": form.value("name"),
        "description": form.value("description"),
        "team_id": form.given("team"),
        "repeat": number_or_text(repeat) if repeat else None,
        "catch_all_policy_id": form.given("catch_all"),
        "steps": [_values(step) for step in draft.steps],
    }


def names(draft: Draft) -> Mapping[str, str]:
    """The form's own names for the fields of the model."""
    return {"team_id": "team", "catch_all_policy_id": "catch_all", **dict(_step_names(draft.steps))}


def shown_fields(draft: Draft) -> Collection[str]:
    """The names of the fields beside which an error is shown."""
    of_steps = [f"{name}-{step.key}" for step in draft.steps for name in ("delay", "targets")]
    return ["name", "description", "team", "repeat", "catch_all", "at", "seen", *of_steps]


def _step(form: Form, key: str) -> DraftStep:
    found = (_target(value) for value in form.values(f"target-{key}"))
    return DraftStep(
        key=key,
        id=form.value(f"{_STEP}{key}"),
        number=form.value(f"delay-{key}"),
        unit=form.value(f"unit-{key}", USUAL_UNIT),
        targets=tuple(dict.fromkeys(target for target in found if target is not None)),
        if_nobody=form.value(f"if_nobody-{key}", "skip"),
        ack_by=form.value(f"ack_by-{key}", "anyone"),
        find=form.value(f"find-{key}"),
    )


def _fields(step: DraftStep) -> Iterator[tuple[str, str]]:
    yield f"{_STEP}{step.key}", step.id
    yield f"delay-{step.key}", step.number
    yield f"unit-{step.key}", step.unit
    for target in step.targets:
        yield f"target-{step.key}", f"{target.type}:{target.id}"
    yield f"if_nobody-{step.key}", step.if_nobody
    yield f"ack_by-{step.key}", step.ack_by
    yield f"find-{step.key}", step.find


def _target(text: str) -> Target | None:
    """``user:<id>``; None for anything else."""
    kind, _, rest = text.partition(":")
    found, target_id = next((each for each in _TARGET_TYPES if each == kind), None), id_of(rest)
    return Target(found, target_id) if found and target_id else None


def _values(step: DraftStep) -> Mapping[str, Any]:
    return {
        "id": step.id or None,
        "delay_seconds": seconds_of(step.number, step.unit),
        "targets": [{"type": target.type, "id": target.id} for target in step.targets],
        "if_nobody": step.if_nobody,
        "ack_by": step.ack_by,
    }


def _step_names(steps: Sequence[DraftStep]) -> Iterator[tuple[str, str]]:
    for index, step in enumerate(steps):
        yield f"steps.{index}.delay_seconds", f"delay-{step.key}"
        for number in range(len(step.targets)):
            yield f"steps.{index}.targets.{number}.id", f"targets-{step.key}"
        yield f"steps.{index}.targets", f"targets-{step.key}"


def _new_key(draft: Draft) -> str:
    numbers = (whole_number(step.key) for step in draft.steps)
    return str(max((number for number in numbers if number is not None), default=-1) + 1)


def _moved(steps: Sequence[DraftStep], key: str, by: int) -> Sequence[DraftStep]:
    moved = list(steps)
    place = next((index for index, step in enumerate(steps) if step.key == key), None)
    if place is not None and 0 <= place + by < len(steps):
        moved.insert(place + by, moved.pop(place))
    return moved


def _with_target(draft: Draft, key: str, target: Target, *, put: bool) -> Draft:
    def changed(step: DraftStep) -> DraftStep:
        others = tuple(other for other in step.targets if other != target)
        return replace(step, targets=(*others, target) if put else others, find="")

    return replace(draft, steps=[changed(step) if step.key == key else step for step in draft.steps])
