"""Notes on alerts: what somebody found out, for all who read the alert's timeline."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from tocsin.api.alerts import AlertId
from tocsin.api.timeline import EntryRead
from tocsin.http.access import require_act
from tocsin.http.auth import Database, Writer
from tocsin.http.fields import Body, Text, example
from tocsin.store.actor import acting
from tocsin.store.alerts import alert_list, notes

router = APIRouter(prefix="/alerts/{alert_id}/notes", tags=["alerts"])


def _without_margins(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise ValueError("must not be empty")
    return stripped


class NoteCreate(Body):
    """A new note."""

    model_config = example({"text": "Restarted the worker pool; the queue drains."})

    text: Annotated[Text, Field(min_length=1), AfterValidator(_without_margins)]


@router.post("", status_code=201, summary="Add a note to an alert, also to a closed one")
async def create_note(alert_id: AlertId, body: NoteCreate, actor: Writer, pool: Database) -> EntryRead:
    """The note as its timeline has it: event ``noted``, its author as ``actor``, the text in ``meta``."""
    require_act(actor, (await alert_list.get(pool, alert_id)).team_id)
    async with acting(pool, actor) as connection:
        return EntryRead.model_validate(await notes.add(connection, alert_id, actor, body.text))
