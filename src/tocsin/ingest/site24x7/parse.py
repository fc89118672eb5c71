"""What a webhook of Site24x7 says. Pure."""

from collections.abc import Mapping

from tocsin.domain.alert_link import AlertLink
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import fit_labels
from tocsin.ingest.mending import Mender, shown
from tocsin.ingest.message_format import Message
from tocsin.ingest.parameters import Parameters

# The severity of each status that is bad; the others close.
_SEVERITIES: Mapping[str, str] = {"DOWN": "critical", "CRITICAL": "critical", "TROUBLE": "warning"}
_WELL = frozenset({"UP", "OK", "CLEAR"})
_LABELS: Mapping[str, str] = {
    "monitortype": "type",
    "monitorurl": "url",
    "monitor_id": "monitor_id",
    "group_tags": "group_tags",
    "failed_locations": "failed_locations",
    "incident_id": "incident_id",
}


def parse(parameters: Parameters) -> Message:
    """The message of a webhook. Raises InvalidInput when it names neither a monitor nor a reason."""
    mender = Mender(list(parameters.mended))
    given = _Fields(parameters, mender)
    name, reason = given.line("monitorname") or given.line("displayname"), given.line("incident_reason")
    dedup = fit_dedup(mender, parameters.first("dedup") or given.line("monitor_id") or name)
    if not (dedup or reason):
        raise InvalidInput(FieldError("MONITORNAME", "is required: without it nothing says what this is about"))
    status = given.line("status").upper()
    if status not in _SEVERITIES and status not in _WELL:
        mender.note("STATUS", f"DOWN taken for {shown(status)}, which is not known")
    since = given.line("incident_time_iso") or given.line("incident_time")
    alert = compose_alert(
        mender,
        summary=f"{name} is {status or 'DOWN'}" if name else reason,
        details="\n\n".join(filter(None, (reason, f"Since {since}" if since else ""))),
        severity=_SEVERITIES.get(status),
        labels=given.labels(),
        links=given.links(),
        dedup=dedup,
    )
    return Message("close" if status in _WELL else "trigger", alert)


class _Fields:
    """The fields of a webhook by lower-case name, wherever they came."""

    def __init__(self, parameters: Parameters, mender: Mender) -> None:
        pairs = {name.lower(): value for name, value in reversed(parameters.pairs)}
        self._values: Mapping[str, object] = {**pairs, **parameters.fields}
        self._mender = mender

    def line(self, name: str) -> str:
        return self._mender.line(name.upper(), self._values.get(name))

    def labels(self) -> dict[str, str]:
        pairs = [(label, self.line(name)) for name, label in _LABELS.items()]
        return fit_labels(self._mender, "labels", [(label, value) for label, value in pairs if value])

    def links(self) -> list[AlertLink]:
        """The monitor's dashboard; what the monitor watches is a label."""
        dashboard = self.line("monitor_dashboard_link")
        return [AlertLink("source", dashboard, "Site24x7")] if dashboard else []
