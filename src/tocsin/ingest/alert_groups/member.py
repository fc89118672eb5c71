"""One alert of a group, read and mended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.domain.alert_link import AlertLink
from tocsin.ingest.alert_groups.annotations import links_of, summary_of
from tocsin.ingest.alert_groups.fingerprint import fingerprint
from tocsin.ingest.alert_groups.group import AlertGroup, as_object
from tocsin.ingest.alert_groups.links import link_of_group, links_of_alert, silence_link
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.alert_groups.status import AlertState, read_status
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import labels_of
from tocsin.ingest.mending import Mender
from tocsin.ingest.text import mend_line

_ZERO_TIME = "0001-01-01"  # how Go writes that there is no time


@dataclass(frozen=True, slots=True)
class GroupMember:
    """An alert of a group. ``dedup`` is its fingerprint; empty when it has neither that nor labels."""

    mender: Mender
    fields: Mapping[str, Any]
    labels: dict[str, str]
    annotations: dict[str, str]
    status: AlertState
    summary: str
    dedup: str


def read_member(fields: Mapping[str, Any], group: AlertGroup) -> GroupMember:
    """The alert as its group and its own fields say."""
    mender = Mender(list(group.mended))
    given = as_object(mender, "labels", fields.get("labels"))
    labels = labels_of(mender, "labels", given)
    annotations = labels_of(mender, "annotations", as_object(mender, "annotations", fields.get("annotations")))
    return GroupMember(
        mender=mender,
        fields=fields,
        labels=labels,
        annotations=annotations,
        status=read_status(mender, fields.get("status") or group.fields.get("status")),
        summary=mend_line(summary_of(annotations, labels)).text,
        dedup=fit_dedup(mender, fields.get("fingerprint"), "fingerprint") or (fingerprint(given) if given else ""),
    )


def links_of_member(member: GroupMember, group: AlertGroup, sender: GroupSender) -> Iterator[AlertLink]:
    """The runbook first, then what the alert shows, then where its sender shows it."""
    yield from links_of(member.annotations)
    yield from links_of_alert(member.mender, member.fields)
    if sender.makes_silence_links:
        yield from silence_link(member.mender, group.fields, member.labels)
    yield from link_of_group(member.mender, group.fields, sender.name)


def facts_of(member: GroupMember) -> Sequence[str]:
    """What else the alert says, a line for each: its values, and from when to when it was on."""
    mender, fields = member.mender, member.fields
    values = mender.line("valueString", fields.get("valueString"))
    times = [(word, mender.line(name, fields.get(name))) for word, name in (("Since", "startsAt"), ("Until", "endsAt"))]
    return [
        *([f"Values: {values}"] if values else []),
        *(f"{word} {time}" for word, time in times if time and not time.startswith(_ZERO_TIME)),
    ]
