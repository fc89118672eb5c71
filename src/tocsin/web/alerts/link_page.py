"""The page that a signed link opens: ``/act/{token}`` asks on GET and acts on POST.

So whatever merely opens links, a mail scanner or a chat preview, changes nothing. The token is the permission: no
sign-in, no cookie, no script. A program may POST as well; the status says how it went: 200 done (or done before), 404
no such link, 409 not possible any more, 410 the link is too old, or what gave it is gone: the person, the contact
method or channel that it was sent to, or the person's right to act on the alert.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.domain.escalation.by_hand import Seen
from tocsin.errors import Conflict, NotFound
from tocsin.http.auth import client_ip
from tocsin.settings import Settings
from tocsin.store.actor import Actor, acting
from tocsin.store.alerts import actions, alert_list
from tocsin.store.alerts.actions import ActionResult
from tocsin.store.alerts.alert_list import Alert
from tocsin.web.alerts.escalation_preview import EscalationPreview, preview_escalation
from tocsin.web.alerts.link_text import LinkText, broken_link, not_done, outcome, question, unknown_link
from tocsin.web.alerts.links import ActionClaim, ActionLinks, link_facts, obstacle, signing_key
from tocsin.web.kit.render import bare_page
from tocsin.web.kit.zone import UTC, in_zone

router = APIRouter()


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A link that may act, the alert that it is about, and what escalating that would do if the link is for it."""

    claim: ActionClaim
    alert: Alert
    now: datetime
    actor: Actor
    escalating: EscalationPreview | None = None


async def show(request: Request) -> Response:
    """Show the question whether to act. Changes nothing."""
    opened = await _open(request)
    if not isinstance(opened, OpenedLink):
        return _page(request, opened)
    return _page(request, question(opened.claim, opened.alert, opened.escalating), opened)


async def act(request: Request) -> Response:
    """Act as the person or channel that the link was sent to, and show the result."""
    opened = await _open(request)
    if not isinstance(opened, OpenedLink):
        return _page(request, opened)
    pool: Pool = request.app.state.pool
    try:
        handled = await _act(pool, opened.claim, opened.actor)
    except Conflict as error:
        return _page(request, not_done(in_zone(str(error), UTC)), await _again(pool, opened))
    return _page(request, outcome(handled.reason, opened.escalating), await _again(pool, opened))


router.add_route("/act/{token}", show, methods=["GET"], include_in_schema=False)
router.add_route("/act/{token}", act, methods=["POST"], include_in_schema=False)


async def _open(request: Request) -> OpenedLink | LinkText:
    """The link's claim and alert, or the text of a page that refuses. An old link shows nothing of its alert."""
    pool: Pool = request.app.state.pool
    settings: Settings = request.app.state.settings
    links = ActionLinks(settings.base_url, await signing_key(pool), settings.action_link_lifetime_seconds)
    try:
        claim = links.read(request.path_params["token"])
        facts = await link_facts(pool, claim, client_ip(request))
        if reason := obstacle(claim, facts):
            return broken_link(reason, claim.alert_id)
        alert = await alert_list.get(pool, claim.alert_id)
        return OpenedLink(claim, alert, facts.now, facts.person, await _escalating(pool, claim, alert))
    except NotFound:
        return unknown_link()


async def _escalating(pool: Pool, claim: ActionClaim, alert: Alert) -> EscalationPreview | None:
    return await preview_escalation(pool, alert, seen=_seen(claim)) if claim.action == "escalate" else None


async def _act(pool: Pool, claim: ActionClaim, actor: Actor) -> ActionResult:
    async with acting(pool, actor) as connection:
        return await actions.act(connection, claim.action, claim.alert_id, actor, _seen(claim))


def _seen(claim: ActionClaim) -> Seen:
    """The alert's state that the page with the link showed."""
    return Seen(escalation_count=claim.escalation_count)


async def _again(pool: Pool, opened: OpenedLink) -> OpenedLink:
    return replace(opened, alert=await alert_list.get(pool, opened.claim.alert_id), escalating=None)


def _page(request: Request, link_text: LinkText, opened: OpenedLink | None = None) -> Response:
    if opened is None:
        return bare_page(request, "alerts/link.html.j2", link_text.status, link_text=link_text, alert=None)
    return bare_page(
        request, "alerts/link.html.j2", link_text.status, link_text=link_text, alert=opened.alert, moment=opened.now
    )
