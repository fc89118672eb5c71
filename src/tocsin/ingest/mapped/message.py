"""What an item of a payload asks for, by the expressions of its key. Pure.

What an expression does not give is made up for where something says which alert is meant, and noted.
"""

from collections.abc import Mapping

from tocsin.errors import FieldError, Unmapped
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.custom_details import readable
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import labels_of
from tocsin.ingest.links import read_links
from tocsin.ingest.mapped.mapping import MappedItem, as_plain
from tocsin.ingest.mending import Mender, shown
from tocsin.ingest.message_format import Message, MessageAction

_ACTIONS: Mapping[str, MessageAction | None] = {
    **dict.fromkeys(["open", "trigger", "triggered", "raise", "firing", "alerting", "problem", "true"], "trigger"),
    **dict.fromkeys(["close", "closed", "resolve", "resolved", "ok", "recovered", "recovery", "false"], "close"),
    **dict.fromkeys(["acknowledge", "acknowledged", "ack"], "acknowledge"),
    **dict.fromkeys(["ignore", "ignored", "none"], None),
}


def mapped_message(item: MappedItem) -> Message | None:
    """The message that an item makes; None when it is to be ignored. Raises Unmapped when nothing says what it is."""
    mender = Mender()
    action = _action(mender, item)
    if action is None:
        return None
    summary, dedup = mender.line("summary", item.value("summary")), fit_dedup(mender, item.value("dedup"))
    if not summary and not dedup:
        raise _unnamed(item)
    alert = compose_alert(
        mender,
        summary=summary,
        details=_details(mender, item.value("details")),
        severity=item.value("severity"),
        labels=_labels(mender, item.value("labels")),
        links=read_links(mender, item.value("links")),
        dedup=dedup,
    )
    for name, problem in item.problems.items():
        mender.note(name, problem)
    return Message(action, alert)


def _action(mender: Mender, item: MappedItem) -> MessageAction | None:
    word = mender.line("action", item.value("action"))
    if not word:
        return "trigger"
    if word.casefold() not in _ACTIONS:
        mender.note("action", f"open taken for {shown(word)}, which is not known")
    return _ACTIONS.get(word.casefold(), "trigger")


def _details(mender: Mender, value: object) -> str:
    return readable(mender, "details", value) if isinstance(value, dict | list) else mender.text("details", value)


def _labels(mender: Mender, value: object) -> dict[str, str]:
    """The labels that an object gives, without those that are null."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        mender.note("labels", f"is no object, left out (it is {shown(value)})")
        return {}
    return labels_of(mender, "labels", {name: as_plain(each) for name, each in value.items() if each is not None})


def _unnamed(item: MappedItem) -> Unmapped:
    """What is said of an item that neither summary nor dedup name, with why they do not."""
    why = [
        FieldError(name, item.problems.get(name, "gives nothing" if name in item.expressions else "is not set"))
        for name in ("summary", "dedup")
    ]
    others = [FieldError(name, problem) for name, problem in item.problems.items() if name not in {"summary", "dedup"}]
    return Unmapped(*why, *others)
