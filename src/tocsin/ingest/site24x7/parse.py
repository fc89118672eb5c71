"""What a webhook of Site24x7 says. Pure."""

from collections.abc import Mapping

from tocsin.domain.alert_link import AlertLink
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import fit_labels
from tocsin.ingest.mending import Mender, shown
from tocsin.ingest.message_format import Message
from tocsin.ingest.one_message import ParameterLines
from tocsin.ingest.parameters import Parameters

# The severity of each status that is bad; the others close.
_SEVERITIES: Mapping[str, str] = {"DOWN": "critical", "CRITICAL": "critical", "TROUBLE": "warning"}
_WELL = frozenset({"UP", "OK", "CLEAR"})
_LABELS: Mapping[str, str] = {
    "MONITORTYPE": "type",
    "MONITORURL": "url",
    "MONITOR_ID": "monitor_id",
    "GROUP_TAGS": "group_tags",
    "FAILED_LOCATIONS": "failed_locations",
    "INCIDENT_ID": "incident_id",
}


def parse(parameters: Parameters) -> Message:
    """The message of a webhook. Raises InvalidInput when it names neither a monitor nor a reason."""
    mender = Mender(list(parameters.mended))
    given = ParameterLines(parameters, mender)
    name, reason = given.line("MONITORNAME") or given.line("DISPLAYNAME"), given.line("INCIDENT_REASON")
    dedup = fit_dedup(mender, parameters.first("dedup") or given.line("MONITOR_ID") or name)
    if not (dedup or reason):
        raise InvalidInput(FieldError("MONITORNAME", "is required: without it nothing says what this is about"))
    status = given.line("STATUS").upper()
    if status not in _SEVERITIES and status not in _WELL:
        mender.note("STATUS", f"DOWN taken for {shown(status)}, which is not known")
    since = given.line("INCIDENT_TIME_ISO") or given.line("INCIDENT_TIME")
    alert = compose_alert(
        mender,
        summary=f"{name} is {status or 'DOWN'}" if name else reason,
        details="\n\n".join(filter(None, (reason, f"Since {since}" if since else ""))),
        severity=_SEVERITIES.get(status),
        labels=_labels(mender, given),
        links=_links(given),
        dedup=dedup,
    )
    return Message("close" if status in _WELL else "trigger", alert)


def _labels(mender: Mender, given: ParameterLines) -> dict[str, str]:
    pairs = [(label, given.line(name)) for name, label in _LABELS.items()]
    return fit_labels(mender, "labels", [(label, value) for label, value in pairs if value])


def _links(given: ParameterLines) -> list[AlertLink]:
    """The monitor's dashboard; what the monitor watches is a label."""
    dashboard = given.line("MONITOR_DASHBOARD_LINK")
    return [AlertLink("source", dashboard, "Site24x7")] if dashboard else []
