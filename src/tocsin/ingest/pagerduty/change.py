"""A change event: what was deployed or changed, which pages nobody."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.custom_details import readable
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


def read_time(given: object) -> datetime | None:
    """An instant in ISO 8601, which is in UTC where it does not say; None when it is none."""
    text = given.strip() if isinstance(given, str) else ""
    if text.endswith("+00:00Z"):  # as PagerDuty's own Python package writes it
        text = text.removesuffix("Z")
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
