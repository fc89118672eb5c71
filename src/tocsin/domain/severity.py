"""How bad an alert is, in our four words and in those of other monitoring.

Nothing that a sender calls it is refused: who sends an alert with a word that we do not know has something to report,
and a page too many is better than none.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["critical", "error", "warning", "info"]
SEVERITIES: Sequence[Severity] = get_args(Severity)
DEFAULT: Severity = "critical"

# Of syslog, Nagios, Zabbix, Datadog, Opsgenie, Sentry, Azure, Site24x7, habits and other languages;
# without case, spaces and dashes. A bare number is not here: 1 is the worst for some and the least for others.
_WORDS: Mapping[Severity, str] = {
    "critical": "critical crit fatal emergency emerg alert panic disaster blocker severe down p0 p1 sev0 sev1"
    " priority1 severity1 urgent highest"
    " kritisch critique critico crítico kritiek krytyczny критично 緊急 严重 嚴重 심각",
    "error": "error err errors failure failed fail high major p2 sev2 priority2 severity2"
    " fehler erreur erro errore fout błąd ошибка エラー 错误 錯誤 오류",
    "warning": "warning warn warnings medium moderate average minor trouble degraded p3 sev3 priority3 severity3"
    " warnung avertissement advertencia aviso avviso waarschuwing ostrzeżenie предупреждение 警告 경고",
    "info": "info information informational notice note low lowest debug trace ok normal none trivial notclassified"
    " p4 p5 sev4 sev5 priority4 priority5 severity4 severity5",
}
_MEANINGS: Mapping[str, Severity] = {word: severity for severity, words in _WORDS.items() for word in words.split()}
_SEPARATORS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """The severity that a sender's word was taken for, and whether the word is one of ours, a known one, or unknown."""

    severity: Severity
    how: Literal["given", "translated", "unknown"]


def read_severity(text: str) -> Reading:
    """Our severity for a sender's word; critical for none and for one that is not known."""
    if not text.strip():
        return Reading(DEFAULT, "given")
    meaning = _MEANINGS.get(_SEPARATORS.sub("", text.casefold()))
    if meaning is None:
        return Reading(DEFAULT, "unknown")
    return Reading(meaning, "given" if meaning == text else "translated")
