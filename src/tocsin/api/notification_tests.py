"""Test pages: whether a contact method or channel works, found out at once."""

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from tocsin.api.trials import Trials
from tocsin.channels.test_page import Fate
from tocsin.http.access import require_edit, require_edit_user
from tocsin.http.auth import Database, Writer
from tocsin.http.fields import Read
from tocsin.store.people import destinations
from tocsin.store.policies import channels

router = APIRouter()

_TOO_MANY: dict[int | str, dict[str, Any]] = {429: {"description": "Too many test pages"}}


class TestPageRead(Read):
    """What became of a test page."""

    status: Literal["sent", "failed"]
    reason: str | None = Field(description="why it failed; what the other side said when it was sent, if it did")


def trials_of(request: Request) -> Trials:
    trials: Trials = request.app.state.trials
    return trials


Sending: TypeAlias = Annotated[Trials, Depends(trials_of)]


@router.post(
    "/users/{user_id}/contact-methods/{contact_method_id}/test-page",
    summary="Send a test page to a contact method",
    description="Goes out to a disabled contact method, too, so that it can be tried before alerts use it.",
    tags=["contact methods"],
    responses=_TOO_MANY,
)
async def test_contact_method(
    user_id: UUID, contact_method_id: UUID, actor: Writer, pool: Database, trials: Sending
) -> TestPageRead:
    require_edit_user(actor, user_id)
    recipient = await destinations.of_contact_method(pool, user_id, contact_method_id)
    return _read(await trials.send(recipient, actor))


@router.post(
    "/channels/{channel_id}/test-page",
    summary="Send a test page to a channel",
    tags=["channels"],
    responses=_TOO_MANY,
)
async def test_channel(channel_id: UUID, actor: Writer, pool: Database, trials: Sending) -> TestPageRead:
    require_edit(actor, (await channels.get(pool, channel_id)).team_id)
    return _read(await trials.send(await destinations.of_channel(pool, channel_id), actor))


def _read(fate: Fate) -> TestPageRead:
    return TestPageRead(status="sent" if fate.is_sent else "failed", reason=fate.text)
