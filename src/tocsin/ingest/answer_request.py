"""What a format answers to a request, whatever becomes of the format.

The messages are committed by then, or their error is settled: a format that fails at its answer changes neither, so the
sender is told what counts, in a form of ours.
"""

from collections.abc import Sequence

import structlog
from starlette.responses import JSONResponse, Response

from tocsin.errors import Quarantined, TocsinError
from tocsin.ingest.message_format import MessageFormat, MessageResult, RawRequest, as_problem

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def answer_results(message_format: MessageFormat, raw: RawRequest, results: Sequence[MessageResult]) -> Response:
    """That the messages are committed. They are, so no answer may make the sender send them again."""
    try:
        return message_format.answer(raw, results)
    except Exception:
        log.exception("answer_failed", key_type=message_format.key_type)
        return JSONResponse({"status": "accepted"}, status_code=202)


def answer_error(message_format: MessageFormat, raw: RawRequest, error: TocsinError) -> Response:
    """Why the messages are not taken; that they are, where they are kept and their sender has nothing to mend."""
    if isinstance(error, Quarantined) and error.is_settled:
        return JSONResponse({"status": "accepted", "message": str(error)}, status_code=202)
    try:
        return message_format.refuse(raw, error)
    except Exception:
        log.exception("answer_failed", key_type=message_format.key_type)
        return as_problem(raw, error)
