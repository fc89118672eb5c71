"""Each alert of a group as an alert of its own; one that leaves the group is closed by itself."""

from collections.abc import Sequence

from tocsin.ingest.alert_groups.annotations import details_of
from tocsin.ingest.alert_groups.group import AlertGroup
from tocsin.ingest.alert_groups.member import GroupMember, facts_of, links_of_member, read_member
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.alert_groups.truncated import truncated_message
from tocsin.ingest.alert_groups.unlabelled import unlabelled
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.message_format import Message


def separate_alerts(group: AlertGroup, sender: GroupSender) -> Sequence[Message]:
    """A message for each alert, and one more about those that are not among them."""
    messages = [_message(read_member(alert, group), group, sender) for alert in group.alerts]
    return [*messages, *truncated_message(group, sender)]


def _message(member: GroupMember, group: AlertGroup, sender: GroupSender) -> Message:
    alert = compose_alert(
        member.mender,
        summary=member.summary,
        details=details_of(member.annotations, facts_of(member)),
        severity=member.labels.get("severity"),
        labels=member.labels,
        links=links_of_member(member, group, sender),
        dedup=member.dedup or unlabelled(member.mender, member.summary, group.fields.get("groupKey")),
        unnamed=f"An alert from {sender.name}",
    )
    return Message("trigger" if member.status == "firing" else "close", alert)
