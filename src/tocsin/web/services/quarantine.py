"""The quarantine of an integration key: what could not be mapped to any alert, to replay or to discard."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.errors import Conflict, InvalidInput, NotFound
from tocsin.http.access import may_act, require_act
from tocsin.http.auth import Database
from tocsin.ingest.replay import replay
from tocsin.ingest.replay_many import AT_ONCE, replay_many
from tocsin.store.actor import Actor, acting
from tocsin.store.payloads import quarantine
from tocsin.store.services import services
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.payload_text import payload_text
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)

_PATH = "/services/{service_id:uuid}/keys/{key_id:uuid}/quarantine"
_MOST = 20


@router.get(_PATH)
async def show(request: Request, service_id: UUID, key_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Show what waits in the quarantine of the key."""
    service = await services.get(pool, service_id)
    key_name = await quarantine.key_name(pool, service_id, key_id)
    found = await quarantine.page(pool, key_id, None, _MOST)
    return await page(
        request,
        viewer,
        "services/quarantine.html.j2",
        service=service,
        key_id=key_id,
        key_name=key_name,
        payloads=[payload_text(payload) for payload in found.items],
        has_more=found.next is not None,
        can_act=may_act(viewer, service.team_id),
    )


@router.post(_PATH + "/replay")
async def replay_all(service_id: UUID, key_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Act on all that waits, up to so much at once, as if it came now."""
    await _require(pool, viewer, service_id, key_id)
    done = await replay_many(pool, key_id, 0, viewer)
    said = f"Replayed: {done.replayed}."
    if done.failed:
        said += f" Not replayed: {len(done.failed)}, first for {next(iter(done.failed.values()))}."
    if done.next_after is not None:
        said += f" There are more: {AT_ONCE} are replayed at once."
    return see_other(_page_of(service_id, key_id), said, "bad" if done.failed else "good")


@router.post(_PATH + "/discard")
async def discard_all(
    service_id: UUID, key_id: UUID, viewer: Viewer, pool: Database, up_to: Annotated[int, Form(ge=1, lt=2**63)]
) -> Response:
    """Take all that the page has told of out of quarantine for good, and what is older."""
    await _require(pool, viewer, service_id, key_id)
    async with acting(pool, viewer) as connection:
        discarded = await quarantine.discard_all(connection, key_id, up_to, viewer)
    return see_other(_page_of(service_id, key_id), f"Discarded: {discarded}.")


@router.post(_PATH + "/{payload_id:int}/replay")
async def replay_payload(service_id: UUID, key_id: UUID, payload_id: int, viewer: Viewer, pool: Database) -> Response:
    """Act on the payload as if it came now."""
    await _require(pool, viewer, service_id, key_id, payload_id)
    try:
        async with acting(pool, viewer) as connection:
            results = await replay(connection, key_id, payload_id, viewer)
    except (Conflict, InvalidInput) as error:
        return see_other(_page_of(service_id, key_id), f"Not replayed: {error}.", "bad")
    alert_ids = [result.alert_id for result in results if result.alert_id]
    said = f"Replayed: alert #{alert_ids[0]}." if alert_ids else "Replayed: it changed no alert."
    return see_other(_page_of(service_id, key_id), said)


@router.post(_PATH + "/{payload_id:int}/discard")
async def discard_payload(service_id: UUID, key_id: UUID, payload_id: int, viewer: Viewer, pool: Database) -> Response:
    """Take the payload out of quarantine for good."""
    await _require(pool, viewer, service_id, key_id, payload_id)
    try:
        async with acting(pool, viewer) as connection:
            await quarantine.lock(connection, key_id, payload_id)
            await quarantine.settle(connection, payload_id, "discarded", viewer)
    except Conflict as error:
        return see_other(_page_of(service_id, key_id), f"Not discarded: {error}.", "bad")
    return see_other(_page_of(service_id, key_id), "Discarded.")


async def _require(pool: Pool, viewer: Actor, service_id: UUID, key_id: UUID, payload_id: int = 0) -> None:
    require_act(viewer, (await services.get(pool, service_id)).team_id)
    await quarantine.key_name(pool, service_id, key_id)
    if payload_id >= 2**63:
        raise NotFound("no such payload")


def _page_of(service_id: UUID, key_id: UUID) -> str:
    return f"/services/{service_id}/keys/{key_id}/quarantine"
