"""The severity of an alert, from the sender's own word for it."""

from tocsin.domain.severity import Severity, read_severity
from tocsin.ingest.labels import add_label
from tocsin.ingest.mending import Mender, shown

SEVERITY_LABEL = "severity"


def fit_severity(mender: Mender, given: object, labels: dict[str, str]) -> Severity:
    """Our severity for the sender's; theirs, when it is another word, is kept as a label if there is room."""
    word = mender.line("severity", given)
    reading = read_severity(word)
    if reading.how != "given":
        known = "" if reading.how == "translated" else ", which is not known"
        mender.note("severity", f"{reading.severity} taken for {shown(word)}{known}")
        add_label(labels, SEVERITY_LABEL, word)
    return reading.severity
