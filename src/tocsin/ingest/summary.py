"""The summary of an alert: one line that fits, and nothing lost of a longer one."""

from collections.abc import Iterable

from tocsin.ingest.mending import Mender
from tocsin.ingest.text import MAX_SUMMARY, mend_line, shorten


def fit_summary(mender: Mender, summary: str, details: str) -> tuple[str, str]:
    """Summary and details. Of a summary that is cut, the whole stands at the top of the details."""
    if len(summary) <= MAX_SUMMARY:
        return summary, details
    mender.note("summary", f"cut to {MAX_SUMMARY} characters, the whole stands at the top of the details")
    return shorten(summary), f"{summary}\n\n{details}".rstrip()


def first_line(details: str) -> str:
    """The first line that is not empty: what an alert without a summary is called by."""
    return next((line.strip() for line in details.splitlines() if line.strip()), "")


def instead_of_summary(mender: Mender, field: str, candidates: Iterable[tuple[str, str]]) -> str:
    """What an alert without a summary is called: the first text that is not empty; empty when all are.

    ``field`` is what the sender calls the summary. Each candidate is what its text is called, and the text.
    """
    for name, text in candidates:
        if line := mend_line(text).text:
            mender.note(field, f"is missing, {name} taken")
            return line
    return ""
