"""What the subject of a mail says of a state: that something is wrong, or well again, and what it is about.

Monitoring writes the state where no sentence has it: in brackets (``[RESOLVED] …``, ``[🔴 Down] …``, ``【復旧】…``),
before a colon or bar (``OK: …``, ``DOWN | …``), in capitals at the beginning (``** RECOVERY Service Alert: …``), or at
the end after "is" or an arrow (``… is OK **``, ``WARN -> OK``). A word anywhere else is part of the text: a mail that
is taken for a recovery and is none would page nobody.

Answers to such mails, and what Nagios tells besides problems and recoveries, report nothing new: they are notes.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tocsin.ingest.inbound_email import state_words

StateAction: TypeAlias = Literal["trigger", "close", "acknowledge", "note"]

_FORWARDED = r"fwd?|wg|tr|vs|rv|enc|doorst|转发|轉寄|転送|전달"
_ANSWERED = r"re|aw|sv|antw|rif|res|回复|答复|回覆|返信|회신"
_PREFIX = re.compile(rf"(?i)\s*(?:(?P<answer>{_ANSWERED})|{_FORWARDED})(?:\s?\[\d+\])?\s*:\s*")

_ACKNOWLEDGED = r"(?P<acknowledged>acknowledgement|acknowledged)"
_TOLD = r"(?P<told>downtime\w*|flapping\s?start)"
_SAYS_NOTHING = r"(?:custom|flapping\w*)"  # how the thing is stands at the end then

_BRACKETED = re.compile(
    rf"(?i)[\[【〔《]\W{{0,10}}(?:{state_words.IN_ANY}|{_ACKNOWLEDGED}|{_TOLD}|{_SAYS_NOTHING})\b(?::\s?\d+)?"
    r"\W{0,10}?[\]】〕》]"
)
_BEFORE = r"^[^\w\[【]*(?:[\[【][^\[\]【】]{0,60}[\]】][^\w\[【]*)?"  # as gateways put [EXTERNAL] before a subject
_LEADING = re.compile(rf"(?i){_BEFORE}{state_words.IN_ANY}\b(?: in [\w ]{{1,40}})?\s*(?:[:|)]|[-–—]\s|$)")
_UPDATED = re.compile(rf"(?i){_BEFORE}(?P<told>updated problem)\b(?: in [\w ]{{1,40}})?:")  # Zabbix
_CAPITALS = re.compile(
    rf"{_BEFORE}(?:(?P<good>RECOVERY|RECOVERED|RESOLVED|UP(?= (?i:alert)))"
    rf"|(?P<bad>PROBLEM|FIRING|DOWN(?= (?i:alert)))|(?i:{_TOLD})|(?i:{_ACKNOWLEDGED})|(?i:{_SAYS_NOTHING}))\b\s"
)
_LEADING_CJK = re.compile(rf"{_BEFORE}{state_words.IN_CJK}\s")
_CHECKMK = re.compile(
    r"\s(?:(?P<told>Downtime (?:Start|End|Cancelled)|Started Flapping)|(?P<acknowledged>Acknowledged)"
    r"|Stopped Flapping|Disabled Flapping|Custom Notification)(?= \(\w+\)\W*$)"
)
_TRAILING = re.compile(
    r"(?:\b(?:is|are|ist|sind|est|sont|está|están)\s+(?:now\s+|again\s+|back\s+|wieder\s+)?|\bnow\s+"
    r"|(?:\b\w{2,9}\s*)?(?:->|=>|→)\s*|\s\((?=\w+\)\W*$))"
    rf"(?:(?P<bad>(?i:{state_words.BAD}))|(?P<good>OK|Ok|UP|Up|CLEAR))\b(?=\W*$|\s*:)"
)
_TRAILING_CJK = re.compile(rf"[\s:]{state_words.IN_CJK}\W*$")
_MONIT = re.compile(
    r"monit alert --\s+(?P<what>.*?)\s?(?P<word>succeeded|recovery|up|exists|failed|matched|down|does not exist)\b",
    re.IGNORECASE,
)
_MOST_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class SubjectState:
    """What the sender reports: ``word`` says how a thing is, ``about`` names it, alike in every state."""

    action: StateAction
    word: str
    about: str


def read_subject(subject: str) -> SubjectState | None:
    """The state; None when the subject tells of none, or of nothing else."""
    subject = unicodedata.normalize("NFKC", subject[:_MOST_CHARACTERS])[:_MOST_CHARACTERS]
    is_answer = False
    while prefix := _PREFIX.match(subject):
        is_answer |= prefix["answer"] is not None
        subject = subject[prefix.end() :]
    state = _monit(monit, subject) if (monit := _MONIT.match(subject)) else _state(subject)
    return SubjectState("note", state.word, state.about) if state and is_answer else state


def _state(subject: str) -> SubjectState | None:
    """The state that is told first, by the word that says it best, and the rest without both."""
    first, rest = _cut(subject, _BRACKETED, _UPDATED, _LEADING, _CAPITALS, _LEADING_CJK, _CHECKMK)
    last, rest = _cut(rest, _TRAILING, _TRAILING_CJK)
    about = _named(rest)
    found = [said for said in (first, last) if said]
    if not (found and about):
        return None
    (action, word), (_, last_word) = found[0], found[-1]
    return SubjectState(action, last_word if action == "trigger" else word, about)


def _cut(subject: str, *patterns: re.Pattern[str]) -> tuple[tuple[StateAction, str] | None, str]:
    """What the first pattern that fits says, None for nothing, and the subject without it."""
    found = next(filter(None, (pattern.search(subject) for pattern in patterns)), None)
    return (_said(found), subject[: found.start()] + " " + subject[found.end() :]) if found else (None, subject)


def _said(found: re.Match[str]) -> tuple[StateAction, str] | None:
    groups = found.groupdict()
    actions: dict[str, StateAction] = {
        "good": "close",
        "bad": "trigger",
        "acknowledged": "acknowledge",
        "told": "note",
    }
    return next(((action, groups[name]) for name, action in actions.items() if groups.get(name)), None)


def _monit(found: re.Match[str], subject: str) -> SubjectState:
    """Monit names what it tests, how that went, and the service."""
    good = found["word"].casefold() in {"succeeded", "recovery", "up", "exists"}
    about = _named(f"monit {found['what']} {subject[found.end() :]}")
    return SubjectState("close" if good else "trigger", "ok" if good else "", about)


def _named(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
