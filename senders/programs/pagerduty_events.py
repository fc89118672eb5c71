"""Events and change events by PagerDuty's own package. Arguments: the key, the address."""

import sys

import pagerduty

events = pagerduty.EventsApiV2Client(sys.argv[1], base_url=sys.argv[2])
runbook = [{"href": "https://wiki.example.org/disk", "text": "Runbook"}]
chart = [{"src": "https://charts.example.org/1.png"}]
found = {"free": "1%", "mounts": ["/var", "/home"]}
disk = ("Disk is full on db1", "db1.example.org")
key = events.trigger(*disk, severity="warning", custom_details=found, links=runbook, images=chart)
assert events.trigger(*disk, dedup_key=key) == key
assert events.acknowledge(key) == key
assert events.resolve(key) == key
assert events.resolve("db2/disk") == "db2/disk"
build = [{"href": "https://ci.example.org/7", "text": "Build 7"}]
when = "2026-11-30T19:00:00+00:00"
events.submit("Version 2 of the shop", source="ci", timestamp=when, custom_details={"build": 7}, links=build)
try:
    pagerduty.EventsApiV2Client("0" * 32, base_url=sys.argv[2]).resolve("k")
except pagerduty.Error as error:
    print(f"  an unknown key: {type(error).__name__}")
