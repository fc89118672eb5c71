"""Groups that are one alert. Pure."""

from typing import Any

import pytest
from tests.ingest.alert_groups.payloads import alert, group

from tocsin.ingest.alert_groups.group import read_group
from tocsin.ingest.alert_groups.one_alert import one_alert
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.json_body import JsonBody
from tocsin.ingest.message_format import Message


def read(body: dict[str, Any]) -> Message:
    (message,) = one_alert(read_group(JsonBody(body, [])), GroupSender("Alertmanager"))
    return message


def test_a_group_is_one_alert_that_lists_its_members() -> None:
    message = read(group(alert("db1"), alert("db2", "resolved"), alert("db3"), truncatedAlerts=4))
    new = message.alert
    assert (message.action, new.summary, new.severity) == ("trigger", "DiskFull (2 alerts)", "warning")
    assert new.dedup_key == 'user:1:{}:{alertname="DiskFull"}'
    assert new.details.splitlines() == [
        "- firing: Disk is full on db1",
        "- resolved: Disk is full on db2",
        "- firing: Disk is full on db3",
        "- and 4 more that the sender has left out (`truncatedAlerts`)",
    ]


def test_it_closes_when_the_group_is_resolved() -> None:
    assert read(group(alert("db1", "resolved"), alert("db2", "resolved"))).action == "close"
    assert read(group(alert("db1", "resolved"), status=None)).action == "close"


def test_it_has_the_worst_severity_of_those_that_fire() -> None:
    labels = [{"instance": str(n), "severity": word} for n, word in enumerate(("info", "error", "critical"))]
    alerts = [alert(labels=labels[0]), alert(labels=labels[1]), alert("c", "resolved", labels=labels[2])]
    assert read(group(*alerts, commonLabels={})).alert.severity == "error"


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"commonAnnotations": {"summary": "Disks are full"}}, "Disks are full (2 alerts)"),
        ({"commonLabels": {}, "groupLabels": {}}, "Disk is full on db1 and 1 others"),
    ],
)
def test_what_it_is_called(fields: dict[str, Any], summary: str) -> None:
    assert read(group(alert("db1"), alert("db2"), **fields)).alert.summary == summary


def test_of_many_members_the_first_hundred_are_listed() -> None:
    lines = read(group(*(alert(str(number)) for number in range(130)))).alert.details.splitlines()
    assert (len(lines), lines[-1]) == (101, "- and 30 more")


def test_a_group_without_alerts_is_what_it_has_in_common() -> None:
    body = group(commonAnnotations={"summary": "s"}) | {"alerts": []}
    assert read(body).alert.summary == "s"
