"""Where senders put the integration key: a parameter, the Authorization header, or the path as with Grafana OnCall."""

import base64
import binascii
import re

from starlette.datastructures import Headers

from tocsin.ingest.message_format import RawRequest
from tocsin.ingest.parameters import Parameters, read_query

TOKEN_PARAMETERS = ("token", "integrationKey", "integration_key", "key")
_KEY = re.compile(rb"(?<![0-9a-f])(?P<key>[0-9a-f]{32})(?![0-9a-f])")
_NAMED_KEY = re.compile(rb"(?i:key|token)[\"']?\s{0,9}[=:]\s{0,9}[\"']?" + _KEY.pattern)
_IN_PATH = re.compile(r"/integrations/v1/\w+/([^/]+)/?")


def secret_of(raw: RawRequest) -> str | None:
    """The integration key in a request whose body does not hold it."""
    in_path = _IN_PATH.fullmatch(raw.path)
    return in_path[1] if in_path else read_secret(raw.headers, Parameters(read_query(raw.query)))


def secret_in(body: bytes) -> str | None:
    """The integration key in a body that nobody can read: what is named and looks like one, or else what looks so."""
    found = _NAMED_KEY.search(body) or _KEY.search(body)
    return found["key"].decode() if found else None


def read_secret(headers: Headers, parameters: Parameters) -> str | None:
    """The integration key in a request: a parameter of query or form, or else the Authorization header."""
    return parameters.first(*TOKEN_PARAMETERS) or _from_header(headers.get("authorization", ""))


def _from_header(authorization: str) -> str | None:
    scheme, _, value = authorization.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            return value.strip() or None
        case "basic":
            return _basic_password(value.strip())
        case _:
            return None


def _basic_password(value: str) -> str | None:
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded.partition(b":")[2].decode("utf-8", "surrogateescape") or None
