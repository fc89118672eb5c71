"""A payload as text that is safe to show, whatever bytes it holds."""

from dataclasses import dataclass

from tocsin.ingest.text import mend
from tocsin.store.payloads.received import ReceivedPayload

_MOST = 100_000


@dataclass(frozen=True, slots=True)
class PayloadText:
    """A payload, and its body as text. ``is_cut``: there is more of it than is shown."""

    payload: ReceivedPayload
    body: str
    is_cut: bool

    @property
    def query(self) -> str:
        return mend(self.payload.query.decode("utf-8", "replace")).text


def payload_text(payload: ReceivedPayload) -> PayloadText:
    """The payload for the template."""
    body = payload.body[:_MOST].decode("utf-8", "replace")
    return PayloadText(payload, mend(body).text, len(payload.body) > _MOST)
