"""A change event: what was deployed or changed, which pages nobody."""

from collections.abc import Mapping
from typing import Any

from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.custom_details import readable
from tocsin.ingest.iso_time import read_time
from tocsin.ingest.links import fit_links
from tocsin.ingest.mending import Mender
from tocsin.ingest.pagerduty.links import links_of
from tocsin.ingest.summary import fit_summary
from tocsin.store.services.changes import NewChange


def parse_change(mender: Mender, event: Mapping[str, Any]) -> NewChange:
    """The change that an event tells of. Raises InvalidInput when it has no summary."""
    payload = event.get("payload")
    payload = payload if isinstance(payload, dict) else {"summary": payload}
    summary = mender.line("summary", payload.get("summary"))
    if not summary:
        raise InvalidInput(FieldError("payload.summary", "is missing or blank"))
    summary, details = fit_summary(mender, summary, readable(mender, "custom_details", payload.get("custom_details")))
    links, details = fit_links(mender, links_of(mender, event), details)
    return NewChange(
        summary=summary,
        source=mender.line("source", payload.get("source")),
        details=details,
        links=links,
        changed_at=read_time(payload.get("timestamp")),
    )
