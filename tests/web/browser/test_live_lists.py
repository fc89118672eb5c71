"""Pages that stay open: who is on call and which alerts are open change in them by themselves, and times go on."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect
from tests.fixtures.engine import settled
from tests.fixtures.factories import Factory
from tests.web.browser.scene import Scene

from tocsin.store.instants import now


async def test_home_tells_when_somebody_else_goes_on_call(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto("/")
    await desktop.locator("html[data-streaming]").wait_for()
    await expect(desktop.locator("#on-call")).to_contain_text("Ann Archer (you)")
    await make.pool.execute("delete from rotation_participants where user_id = $1", scene.ann.id)
    await settled(make.pool)
    await expect(desktop.get_by_role("heading", name="You are not on call")).to_be_visible()
    await expect(desktop.locator("#on-call")).to_contain_text("Ben Baker")
    await expect(desktop.locator("#on-call")).not_to_contain_text("Ann Archer")


@pytest.mark.parametrize("path", ["/schedules", "/rotations", "/policies", "/people"])
async def test_lists_tell_who_goes_on_call(desktop: Page, scene: Scene, make: Factory, path: str) -> None:
    await desktop.goto(f"{path}?q=e")
    await desktop.locator("html[data-streaming]").wait_for()
    await desktop.get_by_role("searchbox").last.fill("typed but not sent")
    row = desktop.locator(".row-link").first
    on_call = desktop.locator(".row-link", has_text="on call")
    await expect(row if path != "/people" else on_call.first).to_contain_text("Ann Archer")
    await make.pool.execute("delete from rotation_participants where user_id = $1", scene.ann.id)
    await settled(make.pool)
    await expect(row if path != "/people" else on_call.first).to_contain_text("Ben Baker")
    await expect(desktop.get_by_role("searchbox").last).to_have_value("typed but not sent")


async def test_a_rotation_tells_who_is_active(phone: Page, scene: Scene, make: Factory) -> None:
    await phone.goto(f"/rotations/{await make.pool.fetchval('select id from rotations')}")
    await phone.locator("html[data-streaming]").wait_for()
    await expect(phone.locator(".participants .is-active")).to_contain_text("Ann Archer")
    await make.pool.execute("delete from rotation_participants where user_id = $1", scene.ann.id)
    await expect(phone.locator(".participants .is-active")).to_contain_text("Ben Baker")
    await expect(phone.locator(".handoffs > li").first).to_contain_text("Ben Baker")


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/policies/{0.policy.id}", ("policy-steps", "forecast-moments")),
        ("/services/{0.checkout.id}", ("service-steps", "forecast-moments")),
        ("/people/{0.ann.id}", ("on-call",)),
    ],
)
async def test_one_of_a_kind_tells_who_goes_on_call(
    desktop: Page, scene: Scene, make: Factory, path: str, parts: Sequence[str]
) -> None:
    await desktop.goto(path.format(scene))
    await desktop.locator("html[data-streaming]").wait_for()
    said = "Payments primary" if "on-call" in parts else "Ann Archer"
    for part in parts:
        await expect(desktop.locator(f"#{part}")).to_contain_text(said)
    await make.pool.execute("delete from rotation_participants where user_id = $1", scene.ann.id)
    await settled(make.pool)
    for part in parts:
        await expect(desktop.locator(f"#{part}")).not_to_contain_text(said)


async def test_a_list_of_alerts_follows_and_keeps_its_ticks(desktop: Page, scene: Scene, make: Factory) -> None:
    await desktop.goto("/alerts")
    await desktop.locator("html[data-streaming]").wait_for()
    tick = desktop.locator(".alert-row", has_text="Certificate").get_by_role("checkbox")
    await tick.check()
    await make.alert(scene.database, "Backup is missing")
    await make.pool.execute("update alerts set status = 'closed', closed_at = now() where id = $1", scene.number)
    await settled(make.pool)
    await expect(desktop.locator(".alert-row", has_text="Backup is missing")).to_be_visible()
    await expect(desktop.locator(".alert-row", has_text="Checkout answers 5xx")).to_have_count(0)
    await expect(tick).to_be_checked()


async def test_the_next_step_is_counted_down_to(phone: Page, scene: Scene, make: Factory) -> None:
    await phone.goto(f"/alerts/{scene.number}")
    countdown = phone.locator(".countdown").first
    due = await make.pool.fetchval(
        "select next_escalation from escalation_policy_state where alert_id = $1", scene.number
    )
    text = await countdown.inner_text()
    minutes, seconds = map(int, text.split(":"))
    left = due - await now(make.pool)
    assert timedelta(0) <= timedelta(minutes=minutes, seconds=seconds) - left < timedelta(seconds=30)
    await expect(countdown).not_to_have_text(text)
