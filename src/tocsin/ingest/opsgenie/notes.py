"""The notes of requests: their own, and what Tocsin keeps of requests for what it does not have."""

from collections.abc import Mapping
from typing import Any

from tocsin.ingest.custom_details import readable
from tocsin.ingest.mending import Mender
from tocsin.ingest.note import fit_note


def note_of(fields: Mapping[str, Any]) -> str:
    """The note of a request, with the name of the user who writes it; empty when there is none."""
    mender = Mender()
    note, user = mender.text("note", fields.get("note")).strip(), mender.line("user", fields.get("user"))
    return fit_note(f"{user}: {note}" if user else note) if note else ""


def request_as_note(what: str, fields: Mapping[str, Any]) -> str:
    """A request for something that Tocsin does not have, as a note: what was asked for is not lost."""
    return fit_note(f"asked by Opsgenie's API for {what}:\n{readable(Mender(), what, dict(fields)) or 'nothing more'}")
