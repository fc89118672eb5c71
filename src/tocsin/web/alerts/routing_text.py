"""What routing rules did to an alert, as the entry of its timeline tells that a message raised it or was counted in."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from tocsin.web.kit.formatting import span

_WHAT = {"dedup_key": "deduplication key"}


def routing_text(meta: Mapping[str, Any]) -> str:
    """The rule that counted with what it changed, and the rules that could not be evaluated; empty without any."""
    routed: Mapping[str, Any] = meta.get("routed") or {}
    parts = list(_parts(routed))
    return "".join(f"; {part}" for part in parts)


def _parts(routed: Mapping[str, Any]) -> Iterator[str]:
    if rule := routed.get("rule"):
        changes = ", ".join(_changes(routed))
        yield f"the rule {rule} {changes}" if changes else f"the rule {rule} left it as it came"
    for failed in routed.get("failed", ()):
        yield f"the rule {failed['rule']} did not match, for it could not be evaluated: {failed['error']}"


def _changes(routed: Mapping[str, Any]) -> Iterator[str]:
    if service := routed.get("from_service"):
        yield f"sent it here from {service}"
    for name, (before, after) in routed.get("changes", {}).items():
        yield f"set the {_WHAT.get(name, name)} to {after}" + (f" (it was {before})" if before else "")
    if delay := routed.get("delay_seconds"):
        yield f"lets it wait {span(timedelta(seconds=delay))} for its first step"
