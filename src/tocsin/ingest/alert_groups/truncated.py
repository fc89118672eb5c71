"""The alerts of a group that its message does not hold: one more alert reports that they are missing."""

from collections.abc import Iterator

from tocsin.ingest.alert_groups.group import MAX_ALERTS, AlertGroup, as_object
from tocsin.ingest.alert_groups.links import link_of_group
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.alert_groups.status import read_status
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import labels_of
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import Message


def truncated_message(group: AlertGroup, sender: GroupSender) -> Iterator[Message]:
    """One message that raises such an alert, or closes the one of the group; none where no group is named."""
    mender = Mender()
    key = mender.line("groupKey", group.fields.get("groupKey"))
    missing = group.left_out + group.not_expanded
    if not key and not missing:
        return
    labels = labels_of(mender, "commonLabels", as_object(mender, "commonLabels", group.fields.get("commonLabels")))
    is_on = missing and read_status(mender, group.fields.get("status")) == "firing"
    alert = compose_alert(
        mender,
        summary=_summary(group, labels, sender),
        details=_why(group, sender),
        severity=labels.get("severity"),
        labels=labels,
        links=link_of_group(mender, group.fields, sender.name),
        dedup=fit_dedup(mender, f"truncated: {key}"),
    )
    yield Message("trigger" if is_on else "close", alert)


def _summary(group: AlertGroup, labels: dict[str, str], sender: GroupSender) -> str:
    name = labels.get("alertname")
    return f"{group.left_out + group.not_expanded} more alerts{f' {name}' if name else ''} in {sender.name}"


def _why(group: AlertGroup, sender: GroupSender) -> str:
    reasons = []
    if group.left_out:
        reasons.append(
            f"{sender.name} left {group.left_out} alerts of this group out of its message (`truncatedAlerts`), for it"
            " sends only so many at once: `max_alerts`. Look there for them."
        )
    if group.not_expanded:
        reasons.append(
            f"{group.not_expanded} alerts of the message are over the {MAX_ALERTS:,} that are taken at once."
        )
    return "\n\n".join(reasons)
