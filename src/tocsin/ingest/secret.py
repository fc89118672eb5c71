"""Where senders put the integration key: a parameter, or the Authorization header."""

import base64
import binascii

from starlette.datastructures import Headers

from tocsin.ingest.parameters import Parameters

_TOKEN_PARAMETERS = ("token", "integrationKey", "integration_key", "key")


def read_secret(headers: Headers, parameters: Parameters) -> str | None:
    """The integration key in a request: a parameter of query or form, or else the Authorization header."""
    return parameters.first(*_TOKEN_PARAMETERS) or _from_header(headers.get("authorization", ""))


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
