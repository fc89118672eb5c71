"""The soak in short, and that its checks can fail."""

import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from soak import plan
from soak.checks.expected_course import Entry, ExpectedCourse
from soak.moments import Jumps, Window, excused
from soak.organisation import Shape
from soak.run import Options, soak
from soak.server import open_directory

SEED = 754
SOME = ("restart immediate", "take connections", "clock", "cut", "kill", "poison alert")

FAST = {"fsync": "off", "full_page_writes": "off"}


@pytest.fixture
def directory(run_directory: Path) -> Iterator[Path]:
    made = open_directory(str(run_directory))
    yield made
    shutil.rmtree(made)


@pytest.mark.timeout(240)
async def test_nothing_is_lost_late_or_twice_in_a_short_soak(directory: Path) -> None:
    options = Options(SEED, minutes=2, rate=5, faults=len(SOME) + 1, kinds=SOME, settings=FAST, quiet=True)
    result = await soak(options, directory)
    assert result.failures == [], (directory / "soak.log").read_text()
    assert {one.fault.kind for one in result.struck} == set(SOME)
    assert len(result.timelines.courses) >= 50
    assert result.pages is not None
    assert result.pages.by_status["sent"] >= 200


def test_the_same_seed_gives_the_same_faults_again() -> None:
    for sequence in (plan.faults, plan.phone_faults):
        assert list(islice(sequence(7), 100)) == list(islice(sequence(7), 100))
        assert list(islice(sequence(7), 100)) != list(islice(sequence(8), 100))


def test_each_kind_of_fault_comes_before_any_has_come_too_often() -> None:
    for_all = len(plan.KINDS) * 5 // 4
    assert {fault.kind for fault in islice(plan.faults(7, plan.KINDS), for_all)} == set(plan.KINDS)


CREATED = Entry(0, "created")


def escalated(at: float, reason: str, step: int, loop: int = 0) -> Entry:
    meta = {"step_number": step, "loop_count": loop, "users": [], "channels": [], "next_in_seconds": 30.0}
    return Entry(at, "escalated", reason, meta)


def faults_of(*entries: Entry, restarts: bool = False) -> list[str]:
    """What following a timeline finds wrong; a policy of two steps and two rounds, 30 seconds a step."""
    course = ExpectedCourse(Shape(2, 1), lambda _: {30.0}, lambda _since, _at: restarts)
    for entry in entries:
        course.take(entry)
    return course.faults


FIRST, SECOND = escalated(1, "first_step", 0), escalated(32, "delay_passed", 1)
THIRD, FOURTH = escalated(63, "delay_passed", 0, 1), escalated(94, "delay_passed", 1, 1)
EXHAUSTED = Entry(125, "exhausted", "rounds_used_up")
ACKNOWLEDGED, CLOSED = Entry(40, "acknowledged"), Entry(40, "closed")
ASKED = Entry(41, "escalation_requested")
BEYOND = escalated(201, "escalated_by_hand", 0, 2), escalated(232, "delay_passed", 1, 2)
HELD = Entry(64, "held", "in_maintenance")


@pytest.mark.parametrize(
    "entries",
    [
        (CREATED, FIRST, SECOND, THIRD, FOURTH, EXHAUSTED),
        (CREATED, FIRST, SECOND, ACKNOWLEDGED, ASKED, escalated(42, "escalated_by_hand", 0, 1)),
        (CREATED, FIRST, SECOND, HELD, escalated(500, "maintenance_over", 0, 1)),
        (CREATED, FIRST, SECOND, THIRD, FOURTH, EXHAUSTED, ASKED, *BEYOND),
    ],
)
def test_a_timeline_by_the_rules_has_no_faults(entries: tuple[Entry, ...]) -> None:
    assert faults_of(*entries) == []


@pytest.mark.parametrize(
    "entries",
    [
        (FIRST,),
        (CREATED, escalated(1, "first_step", 1)),
        (CREATED, FIRST, FIRST),
        (CREATED, FIRST, escalated(30, "delay_passed", 1)),
        (CREATED, FIRST, SECOND, SECOND),
        (CREATED, FIRST, SECOND, escalated(63, "delay_passed", 0, 2)),
        (CREATED, FIRST, SECOND, THIRD, FOURTH, escalated(125, "delay_passed", 0, 2)),
        (CREATED, FIRST, SECOND, EXHAUSTED),
        (CREATED, FIRST, SECOND, THIRD, FOURTH, EXHAUSTED, EXHAUSTED),
        (CREATED, FIRST, SECOND, ACKNOWLEDGED, THIRD),
        (CREATED, FIRST, SECOND, CLOSED, THIRD),
        (CREATED, FIRST, SECOND, escalated(42, "escalated_by_hand", 0, 1)),
        (CREATED, FIRST, SECOND, escalated(42, "policy_changed", 0)),
        (CREATED, FIRST, SECOND, escalated(500, "maintenance_over", 0, 1)),
        (CREATED, FIRST, Entry(32, "nobody_on_call")),
    ],
)
def test_a_timeline_against_the_rules_has_one(entries: tuple[Entry, ...]) -> None:
    assert faults_of(*entries) != []


def test_a_policy_begins_anew_only_when_its_service_has_another() -> None:
    anew = escalated(42, "policy_changed", 0)
    assert faults_of(CREATED, FIRST, SECOND, anew, restarts=True) == []
    assert faults_of(CREATED, FIRST, SECOND, anew) != []


def test_who_escalates_what_was_held_begins_at_the_first_step_of_another_policy() -> None:
    by_hand = escalated(500, "escalated_by_hand", 0)
    held = CREATED, FIRST, SECOND, HELD, Entry(499, "escalation_requested")
    assert faults_of(*held, by_hand, restarts=True) == []
    assert faults_of(*held, by_hand) != []


def test_what_was_jumped_over_was_due_with_the_jump() -> None:
    jumps = Jumps()
    jumps.add(100, by=60)
    jumps.add(200, by=30)
    times = {50: 50, 100: 100, 130: 100, 160: 100, 170: 110, 260: 200, 290: 200, 300: 210}
    assert {moment: jumps.real(moment) for moment in times} == times


def test_what_is_due_in_a_fault_is_due_at_its_end_and_so_in_the_next() -> None:
    windows = [Window(10, 20), Window(25, 40), Window(100, 110)]
    assert excused(5, windows) == 40
    assert excused(35, windows) == 40
    assert excused(50, windows) == 50
