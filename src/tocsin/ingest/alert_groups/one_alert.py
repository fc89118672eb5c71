"""A group as one alert, which is open while any alert of the group is; each message refreshes its details."""

from collections.abc import Iterator, Mapping, Sequence

from tocsin.domain.alert_link import AlertLink
from tocsin.domain.severity import SEVERITIES, read_severity
from tocsin.ingest.alert_groups.annotations import details_of, links_of, summary_of
from tocsin.ingest.alert_groups.fingerprint import fingerprint
from tocsin.ingest.alert_groups.group import AlertGroup, as_object
from tocsin.ingest.alert_groups.links import link_of_group, links_of_alert, silence_link
from tocsin.ingest.alert_groups.member import GroupMember, read_member
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.alert_groups.status import read_status
from tocsin.ingest.alert_groups.unlabelled import unlabelled
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import labels_of
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import Message
from tocsin.ingest.text import mend_line

_MOST_LISTED = 100


def one_alert(group: AlertGroup, sender: GroupSender) -> Sequence[Message]:
    """The one message that a group makes."""
    mender = Mender(list(group.mended))
    labels, annotations = _common_labels(mender, group), _common_annotations(mender, group)
    members = [read_member(alert, group) for alert in group.alerts]
    firing = [member for member in members if member.status == "firing"]
    status = read_status(mender, group.fields.get("status"), "firing" if firing or not members else "resolved")
    summary = _summary(annotations, labels, firing or members)
    named = fit_dedup(mender, group.fields.get("groupKey"), "groupKey") or (fingerprint(labels) if labels else "")
    alert = compose_alert(
        mender,
        summary=summary,
        details=details_of(annotations, ["\n".join(_listed(group, members))]),
        severity=labels.get("severity") or _worst(firing),
        labels=labels,
        links=_links(mender, group, sender, annotations, labels),
        dedup=named or unlabelled(mender, summary),
        unnamed=f"Alerts from {sender.name}",
    )
    return [Message("trigger" if status == "firing" else "close", alert)]


def _common_labels(mender: Mender, group: AlertGroup) -> dict[str, str]:
    named = as_object(mender, "groupLabels", group.fields.get("groupLabels"))
    common = as_object(mender, "commonLabels", group.fields.get("commonLabels"))
    return labels_of(mender, "labels", {**named, **common})


def _common_annotations(mender: Mender, group: AlertGroup) -> dict[str, str]:
    given = as_object(mender, "commonAnnotations", group.fields.get("commonAnnotations"))
    return labels_of(mender, "commonAnnotations", given)


def _links(
    mender: Mender, group: AlertGroup, sender: GroupSender, annotations: Mapping[str, str], labels: Mapping[str, str]
) -> Iterator[AlertLink]:
    """The links of the group, and those of its first alert for an example."""
    yield from links_of(annotations)
    if group.alerts:
        yield from links_of_alert(mender, group.alerts[0])
    if sender.makes_silence_links:
        yield from silence_link(mender, group.fields, labels)
    yield from link_of_group(mender, group.fields, sender.name)


def _summary(annotations: Mapping[str, str], labels: Mapping[str, str], members: Sequence[GroupMember]) -> str:
    """What the group is called: by what all have in common, else by its first alert, with how many others there are."""
    common = mend_line(annotations.get("summary") or labels.get("alertname") or "").text
    if len(members) == 1:
        return members[0].summary or common
    if common:
        return f"{common} ({len(members)} alerts)" if members else common
    first = next((member.summary for member in members if member.summary), "")
    return f"{first} and {len(members) - 1} others" if first else summary_of(annotations, labels)


def _listed(group: AlertGroup, members: Sequence[GroupMember]) -> Iterator[str]:
    """A line for each alert, the first hundred, and how many more there are."""
    for member in members[:_MOST_LISTED]:
        yield f"- {member.status}: {member.summary or member.dedup}"
    if (more := max(len(members) - _MOST_LISTED, 0) + group.not_expanded) > 0:
        yield f"- and {more} more"
    if group.left_out:
        yield f"- and {group.left_out} more that the sender has left out (`truncatedAlerts`)"


def _worst(members: Sequence[GroupMember]) -> str:
    """The worst severity of the alerts, in the words of the sender."""
    words = [word for member in members if (word := member.labels.get("severity"))]
    return min(words, key=lambda word: SEVERITIES.index(read_severity(word).severity), default="")
