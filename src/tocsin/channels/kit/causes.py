"""What lies behind a failed connection, in words without addresses: a library's own text may hold the URL."""

import os
import ssl
from collections.abc import Iterator


def place(host: str | None, port: int | None, default_port: int | None) -> str:
    """Where a server is: its host, and its port unless that is the usual one."""
    if port == default_port:
        return str(host)
    return f"[{host}]:{port}" if host and ":" in host else f"{host}:{port}"


def connection_cause(error: BaseException) -> str:
    """Say why there is no connection: the certificate, TLS, or what the system reports."""
    reasons = [reason for cause in _chain(error) if (reason := _reason(cause))]
    return reasons[-1] if reasons else "refused or unreachable"


def _reason(cause: BaseException) -> str | None:
    match cause:
        case ssl.SSLCertVerificationError():
            return f"its certificate was not accepted, {cause.verify_message}"
        case ssl.SSLError():
            return f"no TLS, {cause.reason or 'the handshake failed'}"
        case OSError(errno=int(number)) if number > 0:
            return os.strerror(number)  # asyncio's own text repeats the address
        case ConnectionResetError():
            return "it hung up while connecting, as a server without TLS does when asked for it"
        case OSError():
            return cause.strerror
        case _:
            return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Walk from an error to its first cause, through groups by their first member."""
    while error is not None:
        yield error
        group = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else None
        error = group or error.__cause__ or error.__context__
