"""A note on an alert, as a sender's message makes it."""

from tocsin.store.alerts.notes import MOST_CHARACTERS


def fit_note(text: str) -> str:
    """The note, cut where it is longer than notes may be. Its text is fit to store already."""
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
