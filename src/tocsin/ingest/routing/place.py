"""A message as the routing rules of its key leave it: changed, elsewhere, or suppressed."""

from dataclasses import dataclass, replace
from uuid import UUID

from tocsin.domain.dedup_key import shown_key, user_key
from tocsin.domain.routing.route import Routed
from tocsin.domain.routing.rule import PRIORITY_LABEL
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import MAX_LABELS
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import Message
from tocsin.ingest.summary import fit_summary
from tocsin.store.alerts.new_alert import NewAlert, Route
from tocsin.store.alerts.routed_keys import Place
from tocsin.store.services.routing_rules import KeyRouting


@dataclass(frozen=True, slots=True)
class PlacedMessage:
    """A message and the service that it goes to, by what its rules said of it.

    ``sent_key`` is the deduplication key that its sender gave it.
    """

    service_id: UUID
    message: Message
    sent_key: str
    routed: Routed

    @property
    def as_sent(self) -> NewAlert:
        """The alert under the key that its sender gave it."""
        return replace(self.message.alert, dedup_key=self.sent_key)

    @property
    def place(self) -> Place:
        return Place(self.service_id, self.message.alert.dedup_key)

    def at(self, place: Place) -> "PlacedMessage":
        """The message there instead."""
        alert = replace(self.message.alert, dedup_key=place.dedup_key)
        return replace(self, service_id=place.service_id, message=replace(self.message, alert=alert))


def place(message: Message, routed: Routed, key: KeyRouting) -> PlacedMessage:
    """Where the rule that matched sends a message of the key, and what it makes of it."""
    sent, rule = message.alert, routed.rule
    service_id = (rule.service_id if rule else None) or key.service_id
    alert = _changed(sent, routed)
    is_moved = service_id != key.service_id
    route = Route(
        version=key.version,
        service_id=service_id if is_moved else None,
        sent_key=sent.dedup_key if is_moved or alert.dedup_key != sent.dedup_key else None,
        delay=rule.delay if rule else None,
        said=_said(sent, alert, routed, key.service_name if is_moved else None),
    )
    return PlacedMessage(service_id, replace(message, alert=replace(alert, route=route)), sent.dedup_key, routed)


def _changed(alert: NewAlert, routed: Routed) -> NewAlert:
    """The alert with what the rule sets of it, made fit to store."""
    if (rule := routed.rule) is None:
        return alert
    mender, dedup_key = Mender(list(alert.mended)), alert.dedup_key
    summary, details = alert.summary, alert.details
    if routed.summary is not None:
        summary, details = fit_summary(mender, mender.line("summary", routed.summary), details)
    if routed.dedup_key is not None:
        dedup_key = user_key(fit_dedup(mender, routed.dedup_key))
    labels = dict(alert.labels)
    if rule.priority and (PRIORITY_LABEL in labels or len(labels) < MAX_LABELS):
        labels[PRIORITY_LABEL] = rule.priority
    severity = rule.severity or alert.severity
    return replace(
        alert,
        summary=summary,
        details=details,
        severity=severity,
        labels=labels,
        dedup_key=dedup_key,
        mended=mender.mended,
    )


def _said(sent: NewAlert, alert: NewAlert, routed: Routed, moved_from: str | None) -> dict[str, object] | None:
    """What the timeline tells: the rule, what it changed, and which rules could not be evaluated; None for nothing."""
    said: dict[str, object] = {}
    if (rule := routed.rule) is not None:
        said = {
            "rule": rule.name,
            "from_service": moved_from,
            "changes": _changes(sent, alert) or None,
            "delay_seconds": rule.delay.total_seconds() if rule.delay else None,
        }
    if routed.failures:
        said["failed"] = [{"rule": failure.rule_name, "error": failure.error} for failure in routed.failures]
    return said or None


def _changes(sent: NewAlert, alert: NewAlert) -> dict[str, tuple[str, str]]:
    """What is different, each with what it was and what it is."""
    pairs: dict[str, tuple[str, str]] = {
        "severity": (sent.severity, alert.severity),
        "summary": (sent.summary, alert.summary),
        "dedup_key": (shown_key(sent.dedup_key), shown_key(alert.dedup_key)),
        "priority": (sent.labels.get(PRIORITY_LABEL, ""), alert.labels.get(PRIORITY_LABEL, "")),
    }
    return {name: (before, after) for name, (before, after) in pairs.items() if before != after}
