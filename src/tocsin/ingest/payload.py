"""What is kept of a request: all of it but its secret, wherever the sender has put that."""

import re
from collections.abc import Sequence

from tocsin.ingest.message_format import RawRequest
from tocsin.ingest.text import mend_line
from tocsin.store.payloads.received import NewPayload

MASK = b"***"

_MAX_CONTENT_TYPE = 1000
_MAX_SECRET = 100  # whatever is longer is no key, and nothing is kept of its request

# What senders call a secret in a query: one that is wrong for this path may be right for another.
_NAMES = rb"token|integration_?key|routing_?key|service_?key|api_?key|key|secret|password|signature"
_IN_QUERY = re.compile(rb"(?i)((?:^|[&;])(?:" + _NAMES + rb")=)[^&;]+")


def payload_of(raw: RawRequest, secret: str) -> NewPayload:
    """The request as it came, each secret replaced by ``***``."""
    content_type = mend_line(raw.headers.get("content-type", "")).text[:_MAX_CONTENT_TYPE]
    query, body = _masked((raw.query, raw.body), secret.encode("utf-8", "surrogateescape"), raw.headers.values())
    path = raw.path.replace(secret, MASK.decode())
    return NewPayload(mend_line(path).text, _IN_QUERY.sub(rb"\1" + MASK, query), content_type, body)


def _masked(parts: Sequence[bytes], secret: bytes, headers: Sequence[str]) -> Sequence[bytes]:
    if any(secret in part for part in parts):
        return [part.replace(secret, MASK) for part in parts]
    if len(secret) > _MAX_SECRET or any(secret in header.encode("utf-8", "surrogateescape") for header in headers):
        return parts
    return [_written_otherwise(secret).sub(MASK, part) for part in parts]


def _written_otherwise(secret: bytes) -> re.Pattern[bytes]:
    """The secret as percent-encoding, JSON's escapes or a wider encoding than UTF-8 may write it."""
    characters = (rb"(?:%s|%%%02x|\\u00%02x)" % (re.escape(bytes([byte])), byte, byte) for byte in secret)
    return re.compile(rb"\0{0,3}".join(characters), re.IGNORECASE)
