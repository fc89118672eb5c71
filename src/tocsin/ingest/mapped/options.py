"""The expressions of a key, one for each field of an alert, and one for the list in payloads that hold several."""

from collections.abc import Sequence

from tocsin.ingest.expressions.expression import compile_expression
from tocsin.ingest.message_format import KeyOption

ITEMS = "items"
OF_PAYLOAD = ("payload",)
OF_ITEM = ("payload", "item")


def variables_of(name: str) -> tuple[str, ...]:
    """The variables that the expression of this name may read."""
    return OF_PAYLOAD if name == ITEMS else OF_ITEM


def _expression(name: str, caption: str, hint: str, example: str) -> KeyOption:
    def check(field: str, source: str) -> None:
        compile_expression(field, source, variables_of(name))

    return KeyOption(name, caption, hint=hint, example=example, check=check)


OPTIONS: Sequence[KeyOption] = (
    _expression(
        ITEMS,
        "Alerts in a payload",
        "A list: each of its items makes an alert, and is called item below. Empty: the payload is one alert.",
        "payload.alerts",
    ),
    _expression("summary", "Summary", "One line.", "item.host + ': ' + item.check"),
    _expression("details", "Details", "Text; of an object or a list, its lines.", "item.?message"),
    _expression("severity", "Severity", "Any word for it.", "item.?level"),
    _expression(
        "dedup",
        "What it is about",
        "Messages that give the same text are about the same alert. Empty: those with the same summary and details.",
        "item.host + '/' + item.check",
    ),
    _expression(
        "action",
        "What to do",
        "open, close, acknowledge or ignore, or another word for it. Empty: open.",
        "item.state == 'ok' ? 'close' : 'open'",
    ),
    _expression("labels", "Labels", "An object.", "{'host': item.host, 'env': item.?env}"),
    _expression(
        "links",
        "Links",
        "An address, or a list of addresses or of objects with href, text and kind (link, runbook or image).",
        "[{'href': item.url, 'text': 'Dashboard'}]",
    ),
)
