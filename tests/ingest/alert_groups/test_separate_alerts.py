"""Groups whose alerts are taken one by one. Pure."""

from typing import Any

import pytest
from tests.ingest.alert_groups.payloads import alert, group

from tocsin.ingest.alert_groups.fingerprint import fingerprint
from tocsin.ingest.alert_groups.group import MAX_ALERTS, read_group
from tocsin.ingest.alert_groups.one_alert import one_alert
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.alert_groups.separate_alerts import separate_alerts
from tocsin.ingest.json_body import JsonBody
from tocsin.ingest.message_format import Message

ALERTMANAGER = GroupSender("Alertmanager", makes_silence_links=True)


def messages(body: dict[str, Any]) -> list[Message]:
    """The messages of the group, but for the one about alerts that are left out."""
    return list(separate_alerts(read_group(JsonBody(body, [])), ALERTMANAGER))[: len(body["alerts"])]


def only(**fields: Any) -> Message:
    (message,) = messages(group(alert(**fields)))
    return message


def test_an_alert_says_all_that_its_sender_said() -> None:
    new = only().alert
    assert (new.summary, new.severity, new.dedup_key) == ("Disk is full on db1", "warning", "user:1:f-db1")
    assert new.labels == {"alertname": "DiskFull", "instance": "db1", "severity": "warning"}
    assert new.details == "92 % of /var\n\nSince 2026-11-30T08:00:00.5Z"
    assert new.mended == []


def test_addresses_become_links() -> None:
    links = only(annotations={"runbook_url": "https://wiki.example.org/disk", "dashboard": "https://g.example.org/d"})
    assert [(link.kind, link.text) for link in links.alert.links] == [
        ("runbook", "Runbook"),
        ("link", "Dashboard"),
        ("source", "Rule"),
        ("link", "Silence it"),
        ("link", "Alertmanager"),
    ]
    silence = links.alert.links[3].href
    assert silence.startswith("http://alertmanager.example.org/#/silences/new?filter=%7Balertname%3D%22DiskFull%22%2C")


def test_a_runbook_that_is_no_address_stays_in_the_details() -> None:
    new = only(annotations={"summary": "s", "runbook": "call Bob", "team": "dba"}).alert
    assert new.details.startswith("- runbook: call Bob\n- team: dba")
    assert [link.kind for link in new.links] == ["source", "link", "link"]


@pytest.mark.parametrize(
    ("annotations", "labels", "summary"),
    [
        ({"title": "t"}, {}, "t"),
        ({}, {"alertname": "A", "instance": "i"}, "A on i"),
        ({}, {"alertname": "A"}, "A"),
        ({"description": "first\nsecond"}, {"job": "j"}, "first"),
        ({}, {}, "Since 2026-11-30T08:00:00.5Z"),
        (None, None, "Since 2026-11-30T08:00:00.5Z"),
    ],
)
def test_an_alert_without_a_summary_is_called_by_what_it_has(annotations: Any, labels: Any, summary: str) -> None:
    assert only(annotations=annotations, labels=labels).alert.summary == summary


def test_a_member_that_leaves_closes_itself_only() -> None:
    left, stays = messages(group(alert("db1", "resolved"), alert("db2")))
    assert [(left.action, left.alert.dedup_key), (stays.action, stays.alert.dedup_key)] == [
        ("close", "user:1:f-db1"),
        ("trigger", "user:1:f-db2"),
    ]
    assert "Until 2026-11-30T09:00:00Z" in left.alert.details


def test_a_missing_fingerprint_is_computed_as_prometheus_does() -> None:
    labels = {"instance": "db1", "alertname": "DiskFull", "severity": "warning"}
    assert only(fingerprint=None).alert.dedup_key == f"user:1:{fingerprint(labels)}"
    assert fingerprint({}) == "cbf29ce484222325"
    assert fingerprint({"b": "2", "a": "1"}) == fingerprint({"a": "1", "b": "2"}) != fingerprint({"a": "1b", "b": "2"})


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"status": "on fire"}, 'status: firing taken for "on fire", which is not known'),
        ({"labels": ["x"]}, 'labels: is no object, taken for its only value (it is ["x"])'),
        ({"labels": {"severity": "urgent-ish"}}, 'severity: critical taken for "urgent-ish", which is not known'),
        ({"labels": {"severity": 2}}, "labels.severity: is no string, written as JSON (it is 2)"),
        ({"fingerprint": 7}, "fingerprint: is no string, written as JSON (it is 7)"),
        ({"generatorURL": "javascript:alert(1)"}, "links: an address must be an address that starts"),
        ({"annotations": {"summary": "a\0b"}}, "annotations: 1 characters that are not text replaced by U+FFFD"),
    ],
)
def test_what_is_wrong_is_mended_and_said(fields: dict[str, Any], note: str) -> None:
    message = only(**fields)
    assert message.action == "trigger"
    assert any(told.startswith(note) for told in message.alert.mended), message.alert.mended


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ({"alerts": "x"}, ["user:1:without labels: x"]),
        ({"alerts": ["x", "y"], "groupKey": "g"}, ["user:1:g: x", "user:1:g: y"]),
        ({"alerts": [{"annotations": {"summary": "x"}, "status": "resolved"}]}, ["user:1:without labels: x"]),
    ],
)
def test_what_has_no_labels_is_no_other_alert_that_is_called_alike(body: dict[str, Any], keys: list[str]) -> None:
    read = read_group(JsonBody(body, []))
    assert [message.alert.dedup_key for message in separate_alerts(read, ALERTMANAGER)[: len(keys)]] == keys
    (whole,) = one_alert(read, ALERTMANAGER)
    assert whole.alert.dedup_key == ("user:1:g" if "groupKey" in body else keys[0])


def test_alerts_that_the_sender_left_out_are_told_by_an_alert_of_their_own() -> None:
    left_out = separate_alerts(read_group(JsonBody(group(truncatedAlerts=12), [])), ALERTMANAGER)[-1]
    assert (left_out.action, left_out.alert.summary) == ("trigger", "12 more alerts DiskFull in Alertmanager")
    assert "left 12 alerts of this group out" in left_out.alert.details
    later = separate_alerts(read_group(JsonBody(group(), [])), ALERTMANAGER)[-1]
    assert (later.action, later.alert.dedup_key) == ("close", left_out.alert.dedup_key)


def test_alerts_beyond_the_first_2000_are_counted() -> None:
    body = group(*(alert(str(number)) for number in range(MAX_ALERTS + 3)))
    found = separate_alerts(read_group(JsonBody(body, [])), ALERTMANAGER)
    assert len(found) == MAX_ALERTS + 1
    assert found[-1].alert.summary == "3 more alerts DiskFull in Alertmanager"
