"""What a format reads in a request, whatever becomes of the format.

A format that fails, ours or another package's, loses nothing: what was sent is kept in the key's quarantine, and can be
replayed once the format is mended.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from tocsin.errors import FieldError, TocsinError, Unmapped
from tocsin.ingest.message_format import KeyOptions, Message, MessageFormat, RawRequest, Submission
from tocsin.ingest.secret import secret_in, secret_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def read_request(message_format: MessageFormat, raw: RawRequest) -> Submission:
    """The key and the messages of the request. In place of the messages stands Unmapped when the format fails."""
    try:
        submission = message_format.read(raw)
        assert isinstance(submission, Submission), "another package's format may return anything"
    except Exception:
        return Submission(secret_of(raw) or secret_in(raw.body), _failure_of(message_format))
    if not callable(submission.messages):
        return submission
    return replace(submission, messages=_kept_from_failing(message_format, submission.messages))


def _kept_from_failing(
    message_format: MessageFormat, by_options: Callable[[KeyOptions], Sequence[Message]]
) -> Callable[[KeyOptions], Sequence[Message]]:
    def messages(options: KeyOptions) -> Sequence[Message]:
        try:
            return by_options(options)
        except TocsinError:
            raise
        except Exception as error:
            raise _failure_of(message_format) from error

    return messages


def _failure_of(message_format: MessageFormat) -> Unmapped:
    """What the exception that is being handled is to its sender; the log has all of it."""
    log.exception("format_failed", key_type=message_format.key_type)
    return Unmapped(
        FieldError("body", f"the format {message_format.key_type} failed to read it, Tocsin's log says how")
    )
