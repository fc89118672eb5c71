"""Notes on an alert, written on its page."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.notes import NoteCreate
from tocsin.db.pool import Pool
from tocsin.errors import Conflict, InvalidInput
from tocsin.http.access import require_act
from tocsin.store.actor import acting
from tocsin.store.alerts import alert_list, notes
from tocsin.web.alerts.show import alert_number, alert_page
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import Sent, status_of
from tocsin.web.kit.viewer import Viewer

router = APIRouter(include_in_schema=False)


@router.post("/alerts/{alert_id:int}/notes")
async def create(request: Request, alert_id: int, viewer: Viewer, form: Sent) -> Response:
    """Add a note, or show the alert with what is wrong with it and what was typed."""
    pool: Pool = request.app.state.pool
    require_act(viewer, (await alert_list.get(pool, alert_number(alert_id))).team_id)
    try:
        text = form.body(NoteCreate, {"text": form.value("text")}).text
        async with acting(pool, viewer) as connection:
            await notes.add(connection, alert_id, viewer, text)
    except (Conflict, InvalidInput) as error:
        return await alert_page(request, viewer, alert_id, status_of(error), note_form=form.wrong(error))
    return see_other(f"/alerts/{alert_id}#notes", "Noted.")
