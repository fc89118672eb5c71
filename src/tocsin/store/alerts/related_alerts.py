"""Open alerts about the same thing as another: those that share labels with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.domain.escalation.state import AlertStatus
from tocsin.domain.severity import Severity
from tocsin.store.alerts.alert_list import Alert
from tocsin.store.row_mapping import from_row

_sql = Statements(__package__, "related_alerts.sql")

OPEN = _sql["open"]

_MOST_LABELS = 8
_MOST_OF_A_LABEL = 25

# Labels that tell a place come first when an alert has more labels than are looked for.
_PLACES = ("host", "hostname", "instance", "node", "pod", "device", "container", "service", "job", "app", "namespace")
# Labels that do not tell what an alert is about: how bad it is, and which monitoring sent the mail.
_TELL_NOTHING = {"severity", "priority", "original_severity", "from"}


@dataclass(frozen=True, slots=True)
class RelatedAlert:
    """An open alert, and the names of the labels that it shares."""

    id: int
    summary: str
    severity: Severity
    status: AlertStatus
    service_name: str
    created_at: datetime
    shared: Sequence[str]


async def related_alerts(database: Queryable, alert: Alert, limit: int = 5) -> Sequence[RelatedAlert]:
    """Open alerts that share the most labels with this one, the newest first among equals.

    A few labels are searched for, and a few alerts by each; of thousands that share a label, which ones are found is
    not defined.
    """
    wanted = [{name: alert.labels[name]} for name in _telling(alert.labels)]
    if not wanted:
        return []
    rows = await database.fetch(OPEN, alert.id, wanted, _MOST_OF_A_LABEL, dict(alert.labels), limit)
    return [from_row(RelatedAlert, row) for row in rows]


def _telling(labels: Mapping[str, str]) -> Sequence[str]:
    """The labels to look for."""
    places = [name for name in _PLACES if name in labels]
    others = sorted(labels.keys() - set(places) - _TELL_NOTHING)
    return [*places, *others][:_MOST_LABELS]
