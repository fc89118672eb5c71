"""The notes of requests: their own, and what Tocsin keeps of requests for what it does not have."""

from collections.abc import Mapping
from typing import Any

from tocsin.ingest.custom_details import readable
from tocsin.ingest.mending import Mender
from tocsin.ingest.text import shorten
from tocsin.store.alerts.notes import MOST_CHARACTERS


def note_of(fields: Mapping[str, Any]) -> str:
    """The note of a request, with the name of the user who writes it; empty when there is none."""
    mender = Mender()
    note, user = mender.text("note", fields.get("note")).strip(), mender.line("user", fields.get("user"))
    return shorten(f"{user}: {note}" if user else note, MOST_CHARACTERS) if note else ""


def request_as_note(what: str, fields: Mapping[str, Any]) -> str:
    """A request for something that Tocsin does not have, as a note: what was asked for is not lost."""
    asked = readable(Mender(), what, dict(fields)) or "nothing more"
    return shorten(f"asked by Opsgenie's API for {what}:\n{asked}", MOST_CHARACTERS)
