"""How a message about a group is read: at once into the group, and into messages once the key's options are known."""

from collections.abc import Callable, Mapping, Sequence

from tocsin.errors import InvalidInput
from tocsin.ingest.alert_groups.group import AlertGroup, read_group
from tocsin.ingest.alert_groups.one_alert import one_alert
from tocsin.ingest.alert_groups.sender import GroupSender
from tocsin.ingest.alert_groups.separate_alerts import separate_alerts
from tocsin.ingest.json_body import JsonBody
from tocsin.ingest.message_format import KeyOption, Message, Submission

MAX_BODY_BYTES = 4 * 1024 * 1024
"""A thousand alerts with long annotations."""

GROUPING = KeyOption(
    name="grouping",
    caption="A group of alerts is",
    choices={"alert": "an alert for each of its alerts", "group": "one alert"},
)


def group_submission(secret: str | None, body: JsonBody, sender: GroupSender) -> Submission:
    """The messages of a group, by the option of the key."""
    try:
        group = read_group(body)
    except InvalidInput as error:
        return Submission(secret, error)
    return Submission(secret, _by_option(group, sender), expected=len(group.alerts))


def _by_option(group: AlertGroup, sender: GroupSender) -> Callable[[Mapping[str, str]], Sequence[Message]]:
    def messages(options: Mapping[str, str]) -> Sequence[Message]:
        return (one_alert if options.get(GROUPING.name) == "group" else separate_alerts)(group, sender)

    return messages
