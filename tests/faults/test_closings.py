"""Alerts that close by themselves, whose rows or jobs are lost."""

import pytest
from tests.faults.test_healing_rows import disabled, heals, reasons, second_look_at_once  # noqa: F401 - a fixture
from tests.fixtures.engine import Story, minutes
from tests.stories.test_closing import service_with, status


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("delete from pgqueuer where entrypoint = 'closing'", "no_job"),
        ("update pgqueuer set execute_after = execute_after + interval '1 year'", "job_too_late"),
        ("delete from alert_closings", "no_state"),
        ("update alert_closings set next_change = next_change + interval '1 year'", "differs"),
    ],
)
async def test_an_alert_closes_in_time_though_its_job_or_its_moment_is_lost(
    story: Story, damage: str, reason: str
) -> None:
    alert = await story.alert(await service_with(story, auto_close_after=minutes(60)))
    await story.passes(56)
    await disabled(story, damage)

    async def is_repaired() -> bool:
        return reason in await reasons(story, "closing")

    await heals(story, is_repaired)
    assert await status(story, alert) == "triggered"
    await story.passes(4)
    assert await status(story, alert) == "closed"
