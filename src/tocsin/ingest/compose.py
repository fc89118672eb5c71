"""An alert from what a sender says of it: what is too long is cut, what is missing is made up for, and noted."""

from collections.abc import Iterable

from tocsin.domain.alert_link import AlertLink
from tocsin.domain.dedup_key import auto_key, user_key
from tocsin.ingest.links import fit_links
from tocsin.ingest.mending import Mender
from tocsin.ingest.severity import fit_severity
from tocsin.ingest.summary import first_line, fit_summary, instead_of_summary
from tocsin.store.alerts.new_alert import NewAlert


def compose_alert(  # noqa: PLR0913 - the parts of an alert, passed by name
    mender: Mender,
    *,
    summary: str,
    details: str = "",
    severity: object = None,
    labels: dict[str, str] | None = None,
    links: Iterable[AlertLink] = (),
    dedup: str = "",
    unnamed: str = "An alert",
) -> NewAlert:
    """An alert that can be stored; ``unnamed`` is what one without any text is called.

    Texts, labels and ``dedup`` are fit already.
    """
    labels = labels if labels is not None else {}
    fit, details = fit_links(mender, [*links], details)
    if not summary:
        others = (("the first line of the details", first_line(details)), ("dedup", dedup), ("a name for it", unnamed))
        summary = instead_of_summary(mender, "summary", others)
    summary, details = fit_summary(mender, summary, details)
    word = fit_severity(mender, severity, labels)
    return NewAlert(
        summary=summary,
        details=details,
        severity=word,
        labels=labels,
        links=fit,
        dedup_key=user_key(dedup) if dedup else auto_key(summary, details),
        mended=mender.mended,
    )
