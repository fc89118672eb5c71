"""What the subject of a mail says of a state: that something is wrong, or well again, and what it is about.

Monitoring writes the state where no sentence has it: in brackets (``[RESOLVED] …``, ``[🔴 Down] …``), before a colon or
bar (``OK: …``, ``DOWN | …``), in capitals at the beginning (``** RECOVERY Service Alert: …``), or at the end after "is"
or an arrow (``… is OK **``, ``WARN -> OK``). A word anywhere else is part of the text: a mail that is taken for a
recovery and is none would page nobody.
"""

import re
from dataclasses import dataclass
from typing import Literal

_GOOD = "recovery|recovered|recovers|resolved|cleared|clear|closed|ok|okay|up|normal|fixed|succeeded"
_BAD = (
    "problem|firing|triggered|alerting|alert|alarm|critical|crit|warning|warn|error|unknown|down|unreachable|failed"
    "|failure|emergency|disaster|high|average|no data"
)
_STATE = f"{_GOOD}|{_BAD}"
# What Nagios and Icinga say besides PROBLEM and RECOVERY; how the thing is stands at the end then.
_OTHER = r"custom|flapping\w*|downtime\w*"

_REPLY = re.compile(r"(?i)\s*(?:re|fwd?|aw|wg|tr|sv|vs)\s*:\s*")
_BRACKETED = re.compile(rf"(?i)\[\W*(?P<word>{_STATE}|acknowledgement)\b(?::\s?\d+)?\W*?\]")
_BEFORE = r"^[^\w\[]*(?:\[[^\[\]]{0,60}\][^\w\[]*)?"  # as gateways put [EXTERNAL] before a subject
_LEADING = re.compile(rf"(?i){_BEFORE}(?P<word>{_STATE})\b(?: in [\w ]{{1,40}})?\s*(?:[:|]|[-–—]\s|$)")
_IN_CAPITALS = "RECOVERY|RECOVERED|RESOLVED|PROBLEM|FIRING|ACKNOWLEDGEMENT|(?:UP|DOWN)(?= alert)"
_CAPITALS = re.compile(rf"{_BEFORE}(?P<word>{_IN_CAPITALS}|(?i:{_OTHER}))\b\s")
_TRAILING = re.compile(
    rf"(?:\b(?:is|are|now)\s+|(?:\b\w{{2,9}}\s*)?(?:->|=>|→)\s*)(?P<word>(?i:{_BAD})|OK|Ok|UP|Up|CLEAR)\b(?=\W*$|\s*:)"
)
_MONIT = re.compile(
    r"monit alert --\s+(?P<what>.*?)\s?(?P<word>succeeded|recovery|up|exists|failed|matched|down|does not exist)\b",
    re.IGNORECASE,
)
_MOST_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class SubjectState:
    """What the sender reports: ``word`` says how a thing is, ``about`` names it, alike in every state."""

    action: Literal["trigger", "close", "acknowledge"]
    word: str
    about: str


def read_subject(subject: str) -> SubjectState | None:
    """The state; None when the subject tells of none, or of nothing else."""
    subject = subject[:_MOST_CHARACTERS]
    while reply := _REPLY.match(subject):
        subject = subject[reply.end() :]
    if monit := _MONIT.match(subject):
        return _monit(monit, subject)
    first = _BRACKETED.search(subject) or _LEADING.match(subject) or _CAPITALS.match(subject)
    rest = subject[: first.start()] + subject[first.end() :] if first else subject
    last = _TRAILING.search(rest)
    rest = rest[: last.start()] + rest[last.end() :] if last else rest
    about = re.sub(r"[\W_]+", " ", rest).strip().casefold()
    words = [found["word"] for found in (first, last) if found and not re.fullmatch(rf"(?i){_OTHER}", found["word"])]
    if not (words and about):
        return None
    return SubjectState(_action(words[0]), words[-1] if _action(words[0]) == "trigger" else words[0], about)


def _monit(found: re.Match[str], subject: str) -> SubjectState:
    """Monit names what it tests, how that went, and the service."""
    good = found["word"].casefold() in {"succeeded", "recovery", "up", "exists"}
    about = re.sub(r"[\W_]+", " ", f"monit {found['what']} {subject[found.end() :]}").strip().casefold()
    return SubjectState("close" if good else "trigger", "ok" if good else "", about)


def _action(word: str) -> Literal["trigger", "close", "acknowledge"]:
    if word.casefold() == "acknowledgement":
        return "acknowledge"
    return "close" if re.fullmatch(rf"(?i){_GOOD}", word) else "trigger"
