"""All that Opsgenie's own package can do to an alert. Arguments: the key, the address."""

import sys
from datetime import UTC, datetime

import opsgenie_sdk as opsgenie

configuration = opsgenie.Configuration()
configuration.host, configuration.api_key["Authorization"] = sys.argv[2], sys.argv[1]
configuration.retry_enabled = False
api = opsgenie.AlertApi(opsgenie.ApiClient(configuration))


def status(accepted):
    """What became of a request."""
    return api.get_request_status(accepted.request_id).data


disk = opsgenie.CreateAlertPayload(
    message="Disk is full on db1",
    alias="db1/disk",
    description="92 % of /var",
    priority="P2",
    tags=["disk", "db"],
    details={"host": "db1"},
    entity="db1",
    source="cron",
    note="first seen by cron",
    user="cron",
    responders=[{"name": "ops", "type": "team"}],
)
made = status(api.create_alert(disk))
alias = {"identifier": "db1/disk", "identifier_type": "alias"}
by_ann = opsgenie.AcknowledgeAlertPayload(user="ann", note="mine")
status(api.acknowledge_alert(**alias, acknowledge_alert_payload=by_ann))
status(api.un_acknowledge_alert(**alias, un_acknowledge_alert_payload=opsgenie.UnAcknowledgeAlertPayload(user="ann")))
later = opsgenie.SnoozeAlertPayload(end_time=datetime(2099, 1, 31, 8, tzinfo=UTC))
status(api.snooze_alert(**alias, snooze_alert_payload=later))
note = opsgenie.AddNoteToAlertPayload(note="it grows", user="ann")
status(api.add_note(identifier=made.alert_id, add_note_to_alert_payload=note))
status(api.add_tags(**alias, add_tags_to_alert_payload=opsgenie.AddTagsToAlertPayload(tags=["slow"])))
assert api.get_alert(**alias).data.message == "Disk is full on db1"
assert len(api.list_alerts(query="status: open", limit=10).data) >= 1
assert api.count_alerts(query="status: open").data.count >= 1
changed = opsgenie.UpdateAlertDescriptionPayload(description="94 % of /var")
status(api.update_alert_description(**alias, update_alert_description_payload=changed))
status(api.close_alert(**alias, close_alert_payload=opsgenie.CloseAlertPayload(note="deleted logs")))
other = status(api.create_alert(opsgenie.CreateAlertPayload(message="Something else")))
status(api.delete_alert(identifier=other.alert_id))
try:
    api.get_alert(identifier="4711")
except opsgenie.ApiException as error:
    print(f"  an unknown alert: {error.status}")
