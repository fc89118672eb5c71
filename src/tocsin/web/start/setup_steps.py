"""The steps of the first run: which are done, and the form of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tocsin.channels.registry import types_for_people
from tocsin.db.pool import Pool
from tocsin.domain.reachability import PolicyReach
from tocsin.domain.rights import is_admin
from tocsin.store import setup
from tocsin.store.actor import Actor
from tocsin.store.alerts import alert_list, alert_policy
from tocsin.store.people import contact_methods, user_list
from tocsin.store.policies import policy_reach
from tocsin.store.setup import Setup
from tocsin.web.kit.choices import policy_choices
from tocsin.web.kit.contact_method_form import PRESETS, person_address_hint, type_choices
from tocsin.web.kit.forms import Form
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.render import page
from tocsin.web.kit.zone import zone_of

StepName = Literal["reach", "turns", "policy", "service", "test"]

SKIP_COOKIE = "tocsin_setup_skipped"
STEP_MINUTES = 5
"""How long a step of the suggested policy waits for an answer."""
_MOST_METHODS = 20
_MOST_PAGES = 20
_GONE_OUT = ("sent", "delivered")


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A step of the first run. ``is_open``: the first that is not done; beside turns, which are optional, the next."""

    name: StepName
    caption: str
    is_done: bool
    is_open: bool = False


async def is_offered(request: Request, viewer: Actor) -> bool:
    """Whether the home page offers the first run: to administrators, until a page has gone out or they skip it."""
    if not is_admin(viewer) or SKIP_COOKIE in request.cookies:
        return False
    return not await setup.received(request.app.state.pool)


async def setup_page(
    request: Request, viewer: Actor, status: int = 200, *, alert_id: int | None = None, **besides: Any
) -> Response:
    """The page; ``besides``: forms that are wrong, what became of a test page."""
    live = f"alert:{alert_id}" if alert_id is not None else ""
    shown = await _shown(request, viewer)
    test_alert = await _test_alert(request.app.state.pool, alert_id)
    return await page(request, viewer, "start/setup.html.j2", status, live=live, **{**shown, **test_alert, **besides})


async def _shown(request: Request, viewer: Actor) -> dict[str, Any]:
    pool: Pool = request.app.state.pool
    assert viewer.user_id is not None  # only people have sessions
    methods = (await contact_methods.page(pool, viewer.user_id, None, _MOST_METHODS)).items
    is_reached = await policy_reach.lack_of(pool, viewer.user_id, mails=await can_mail(request)) is None
    found = await setup.load(pool)
    everybody = await user_list.choices(pool)
    may_choose = dict(await policy_choices(pool, viewer, None))
    policies = [policy for policy in found.working if str(policy.id) in may_choose]
    return {
        "steps": setup_steps(found, is_reached=is_reached),
        "found": found,
        "methods": methods,
        "everybody": everybody,
        "can_add_people": is_admin(viewer),
        "types": await type_choices(request, types_for_people()),
        "address_hint": person_address_hint(),
        "presets": [(name, caption) for name, (caption, delays) in PRESETS.items() if _acts_on_first_step(delays)],
        "targets": _targets(viewer.user_id, found, everybody),
        "zone_name": str(zone_of(request)),
        "policies": policies,
        **_forms(viewer, found, policies),
        "tested": None,
    }


def setup_steps(found: Setup, *, is_reached: bool) -> Sequence[SetupStep]:
    """The steps in order. Taking turns can be left for later: it counts as done once a policy pages somebody."""
    done: Sequence[tuple[StepName, str, bool]] = (
        ("reach", "How Tocsin reaches you", is_reached),
        ("turns", "Who is on call", bool(found.rotations_and_schedules or found.working)),
        ("policy", "What happens when nobody answers", bool(found.working)),
        ("service", "What alerts are about", any(service.keys for service in found.ready)),
        ("test", "The first page", found.received),
    )
    first = next((name for name, _, is_done in done if not is_done), None)
    opened = ("turns", "policy") if first == "turns" else (first,)
    return [SetupStep(name, caption, is_done, name in opened) for name, caption, is_done in done]


def _targets(user_id: UUID, found: Setup, everybody: Mapping[UUID, str]) -> Sequence[tuple[str, str]]:
    """What a step of a first policy can page: rotations and schedules first, then oneself, then others."""
    others = [(f"user:{each}", name) for each, name in everybody.items() if each != user_id]
    targets = [(f"{one.type}:{one.id}", f"{one.name} ({one.type})") for one in found.rotations_and_schedules]
    return [*targets, (f"user:{user_id}", "Me"), *others]


def _acts_on_first_step(delays: Sequence[int]) -> bool:
    """Whether rules with these delays, in minutes, all act before the step that is suggested is over."""
    return bool(delays) and max(delays) < STEP_MINUTES


def _forms(viewer: Actor, found: Setup, policies: Sequence[PolicyReach]) -> dict[str, Form]:
    first_target = (
        f"{found.rotations_and_schedules[0].type}:{found.rotations_and_schedules[0].id}"
        if found.rotations_and_schedules
        else f"user:{viewer.user_id}"
    )
    return {
        "reach_form": Form.of(preset="now"),
        "turns_form": Form.of(turns_name="On call", handoff="weekly", hour="9", user=[viewer.user_id], schedule="yes"),
        "policy_form": Form.of(policy_name="Day and night", first=first_target, minutes=str(STEP_MINUTES), repeat="2"),
        "service_form": Form.of(policy=policies[0].id if policies else None),
    }


async def _test_alert(pool: Pool, alert_id: int | None) -> dict[str, Any]:
    """What became of the test alert and its pages."""
    if alert_id is None:
        return {"alert": None, "pages": (), "has_gone_out": False}
    pages = await alert_policy.pages(pool, alert_id, _MOST_PAGES)
    return {
        "alert": await alert_list.get(pool, alert_id),
        "pages": pages,
        "has_gone_out": any(page.status in _GONE_OUT for page in pages),
    }
