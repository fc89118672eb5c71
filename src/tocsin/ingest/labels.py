"""The labels of an alert, from whatever pairs a sender gives."""

from collections.abc import Iterable, Mapping

from tocsin.ingest.mending import Mender, shown, shown_name

MAX_LABELS = 64  # as in the API
MAX_LABEL_NAME = 255


def fit_labels(mender: Mender, field: str, pairs: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Labels that can be stored. Of a name that comes twice the last value counts. Notes call them ``field``."""
    labels: dict[str, str] = {}
    for given_name, given_value in pairs:
        value = mender.text(field, _text(mender, field, given_name, given_value))
        name = mender.line(field, given_name)
        if not name:
            mender.note(field, f"a label without a name left out (its value is {shown(value)})")
            continue
        if len(name) > MAX_LABEL_NAME:
            mender.note(field, f"a name cut to {MAX_LABEL_NAME} characters (it is {shown(name)})")
        labels[name[:MAX_LABEL_NAME]] = value
    return labels


def labels_of(mender: Mender, field: str, given: Mapping[str, object]) -> dict[str, str]:
    """The labels that an object of JSON holds, the first 64 of them."""
    return fit_labels(mender, field, mender.first(field, list(given.items()), MAX_LABELS, "labels"))


def add_label(labels: dict[str, str], name: str, value: str) -> None:
    """Keep a label of our own, where the sender has none of that name and there is room."""
    if len(labels) < MAX_LABELS:
        labels.setdefault(name, value)


def _text(mender: Mender, field: str, name: str, value: object) -> str:
    return value if isinstance(value, str) else mender.as_text(f"{field}.{shown_name(name)}", value)
