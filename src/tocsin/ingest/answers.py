"""How formats answer whose senders read only the status."""

from collections.abc import Sequence

from starlette.responses import PlainTextResponse, Response

from tocsin.ingest.message_format import MessageResult, RawRequest


def ok(_raw: RawRequest, _results: Sequence[MessageResult]) -> Response:
    """200, with the word that Grafana OnCall says."""
    return PlainTextResponse("Ok.")
