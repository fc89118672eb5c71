"""Severities in the words of others."""

import pytest

from tocsin.domain.severity import SEVERITIES, Reading, read_severity


@pytest.mark.parametrize("word", SEVERITIES)
def test_our_own_words_are_given(word: str) -> None:
    assert read_severity(word) == Reading(word, "given")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        ("CRITICAL Crit FATAL emerg alert Disaster P1 sev1 SEV-1 Sev_0", "critical"),
        ("Error ERR High major P2", "error"),
        ("Warn WARNING medium Average minor P3", "warning"),
        ("Kritisch CRÍTICO 严重", "critical"),
        ("FEHLER エラー", "error"),
        ("Warnung Предупреждение 警告 경고", "warning"),
        ("INFO information notice low debug P4 P5 OK", "info"),
    ],
)
def test_words_of_others_are_translated(words: str, severity: str) -> None:
    readings = {word: read_severity(word) for word in words.split()}
    assert readings == {word: Reading(severity, "translated") for word in words.split()}  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["bad", "1", "5", "UNKNOWN", "critical!", "\ud800", "x" * 10_000])
def test_what_is_not_known_counts_as_the_worst(word: str) -> None:
    assert read_severity(word) == Reading("critical", "unknown")


@pytest.mark.parametrize("word", ["", "  "])
def test_none_counts_as_the_worst(word: str) -> None:
    assert read_severity(word) == Reading("critical", "given")
