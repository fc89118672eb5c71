"""Notifications of new jobs reach a run loop at once, and in a storm once an interval; others always."""

from tests.fixtures.engine import eventually

from tocsin.engine.queue.local_notify import LocalNotify, NotificationThrottle

NEW_JOB, PROBE = '{"type": "table_changed_event"}', '{"type": "health_check_event"}'


async def test_the_first_of_many_is_passed_on_at_once_and_one_for_the_rest() -> None:
    heard: list[object] = []
    throttle = NotificationThrottle(heard.append)
    for _ in range(1_000):
        throttle.receive(NEW_JOB)
    assert heard == [NEW_JOB]

    async def passed_on() -> bool:
        return len(heard) > 1

    await eventually(passed_on)
    assert heard == [NEW_JOB, NEW_JOB]


async def test_what_is_not_about_new_jobs_is_never_held_back() -> None:
    heard: list[object] = []
    throttle = NotificationThrottle(heard.append)
    for _ in range(3):
        throttle.receive(NEW_JOB)
        throttle.receive(PROBE)
    assert heard.count(PROBE) == 3


async def test_a_worker_is_notified_through_its_latest_run() -> None:
    local, former, latest = LocalNotify(), list[object](), list[object]()
    local.register("pages", NotificationThrottle(former.append))
    local.register("pages", NotificationThrottle(latest.append))
    local.notify("pages")
    local.notify("somebody else's")
    assert (len(former), len(latest)) == (0, 1)
