"""What a webhook of UptimeRobot says. Pure."""

from collections.abc import Mapping
from typing import Literal

from tocsin.domain.alert_link import AlertLink
from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.compose import compose_alert
from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.labels import fit_labels
from tocsin.ingest.mending import Mender, shown
from tocsin.ingest.message_format import Message
from tocsin.ingest.one_message import ParameterLines
from tocsin.ingest.parameters import Parameters

_State = Literal["down", "up", "expires"]
_STATES: Mapping[str, _State] = {
    "1": "down",
    "down": "down",
    "2": "up",
    "up": "up",
    "3": "expires",
    "ssl expiry": "expires",
    "domain expiry": "expires",
}


def parse(parameters: Parameters) -> Message:
    """The message of a webhook. Raises InvalidInput when it names no monitor."""
    mender = Mender(list(parameters.mended))
    values = ParameterLines(parameters, mender)
    name, url = values.line("monitorFriendlyName"), values.line("monitorURL")
    dedup = fit_dedup(mender, values.line("monitorID") or url or name, "monitorID")
    if not dedup:
        raise InvalidInput(FieldError("monitorID", "is required, or monitorURL or monitorFriendlyName"))
    state = _state(mender, values)
    reason = values.line("alertDetails")
    alert = compose_alert(
        mender,
        summary=f"{name or url or dedup} {'is about to expire' if state == 'expires' else f'is {state}'}",
        details=reason,
        severity="warning" if state == "expires" else None,
        labels=fit_labels(mender, "labels", [("monitor", name), ("url", url)] if name and url else []),
        links=[AlertLink("link", url, "What is watched")] if url.startswith(("http://", "https://")) else [],
        dedup=f"{dedup} expiry" if state == "expires" else dedup,
    )
    return Message("close" if state == "up" else "trigger", alert)


def _state(mender: Mender, values: ParameterLines) -> _State:
    given = values.line("alertType") or values.line("alertTypeFriendlyName")
    known = _STATES.get(given.casefold())
    if known is None:
        mender.note("alertType", f"1, down, taken for {shown(given)}, which is not known")
    return known or "down"
