"""What the annotations of an alert or a group say: the summary, the details, and where they link to."""

from collections.abc import Iterator, Mapping, Sequence

from tocsin.domain.alert_link import AlertLink

_DETAILS = ("description", "message", "details")
_RUNBOOKS = ("runbook_url", "runbookURL", "runbook")
_DASHBOARDS = ("dashboard_url", "dashboardURL", "dashboard")


def summary_of(annotations: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """The summary of an alert: its annotation, or else its name and where it is."""
    if summary := annotations.get("summary") or annotations.get("title"):
        return summary
    name, place = labels.get("alertname", ""), labels.get("instance", "")
    return f"{name} on {place}" if name and place else name or place


def details_of(annotations: Mapping[str, str], facts: Sequence[str] = ()) -> str:
    """The description, then the annotations that stand nowhere else, then facts, each on a line."""
    description = next((annotations[name] for name in _DETAILS if annotations.get(name)), "")
    summary, used = annotations.get("summary") or annotations.get("title"), _link_names(annotations)
    others = [
        f"- {name}: {value}"
        for name, value in annotations.items()
        if name not in used and value and value not in (summary, description) and not name.startswith("__")
    ]
    return "\n\n".join(filter(None, (description, "\n".join(others), "\n".join(facts))))


def links_of(annotations: Mapping[str, str]) -> Iterator[AlertLink]:
    """The runbook and the dashboard that annotations link to."""
    for name in _link_names(annotations):
        if name in _RUNBOOKS:
            yield AlertLink("runbook", annotations[name], "Runbook")
        else:
            yield AlertLink("link", annotations[name], "Dashboard")


def _link_names(annotations: Mapping[str, str]) -> Sequence[str]:
    return [
        name for name in (*_RUNBOOKS, *_DASHBOARDS) if annotations.get(name, "").startswith(("http://", "https://"))
    ]
