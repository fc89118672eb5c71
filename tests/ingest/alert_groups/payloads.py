"""A group of alerts as Alertmanager sends it."""

from typing import Any

NO_TIME = "0001-01-01T00:00:00Z"


def alert(instance: str = "db1", status: str = "firing", **fields: Any) -> dict[str, Any]:
    """One alert of the group; fields override."""
    return {
        "status": status,
        "labels": {"alertname": "DiskFull", "instance": instance, "severity": "warning"},
        "annotations": {"summary": f"Disk is full on {instance}", "description": "92 % of /var"},
        "startsAt": "2026-11-30T08:00:00.5Z",
        "endsAt": NO_TIME if status == "firing" else "2026-11-30T09:00:00Z",
        "generatorURL": "http://prometheus.example.org/graph?g0.expr=up",
        "fingerprint": f"f-{instance}",
    } | fields


def group(*alerts: Any, **fields: Any) -> dict[str, Any]:
    """The message of a group; fields override."""
    given = alerts or (alert(),)
    states = {one.get("status") for one in given if isinstance(one, dict)}
    return {
        "version": "4",
        "groupKey": '{}:{alertname="DiskFull"}',
        "truncatedAlerts": 0,
        "status": "resolved" if states == {"resolved"} else "firing",
        "receiver": "tocsin",
        "groupLabels": {"alertname": "DiskFull"},
        "commonLabels": {"alertname": "DiskFull", "severity": "warning"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.org",
        "alerts": list(given),
    } | fields
