"""Where mail is handed over, read from one URL.

``smtp://user:password@host:port?starttls=required&from=Tocsin%20%3Ctocsin@example.org%3E``

=============  ======================================================================================
part           meaning
=============  ======================================================================================
scheme         ``smtp`` (port 25 unless given), or ``smtps``: TLS from the first byte (port 465)
user:password  percent-encoded; both or neither
``starttls``   ``required``; ``if-offered``: encrypt without checking the certificate, else plain text;
               ``never``. Default: ``required`` with a password to another machine, else ``if-offered``
``from``       the sender, ``name@host`` or ``Name <name@host>``; default ``tocsin@<hostname>``
=============  ======================================================================================
"""

import socket
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from typing import NoReturn
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from tocsin.channels.email.address import check_email
from tocsin.errors import ConfigurationError

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Encryption(StrEnum):
    """How a connection is encrypted; the middle three are the values of ``starttls``."""

    TLS = "tls"
    REQUIRED = "required"
    IF_OFFERED = "if-offered"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """One SMTP server and who we are to it."""

    host: str
    port: int
    encryption: Encryption
    sender: Address
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def default_port(*, tls: bool) -> int:
    """The usual port, with TLS from the first byte or without."""
    return 465 if tls else 25


def parse_smtp_url(url: str) -> SmtpSettings:
    """Read ``TOCSIN_SMTP_URL``. Raises ConfigurationError, which never holds the password."""
    parts = _split(url.strip())
    options = _options(parts.query)
    host = parts.hostname or _refuse("it has no host")
    username, password = _credentials(parts)
    return SmtpSettings(
        host=host,
        port=_port(parts),
        encryption=_encryption(parts.scheme, options.get("starttls"), password is not None, host),
        sender=_sender(options.get("from")),
        username=username,
        password=password,
    )


def _refuse(reason: str) -> NoReturn:
    raise ConfigurationError(f"TOCSIN_SMTP_URL: {reason}")


def _split(url: str) -> SplitResult:
    if not url.isprintable():
        _refuse("it holds a control character")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ConfigurationError("TOCSIN_SMTP_URL: it is not a URL") from error
    if parts.scheme not in ("smtp", "smtps"):
        _refuse("it must start with smtp:// or smtps://")
    if parts.path not in ("", "/") or parts.fragment:
        _refuse("nothing but ?options may follow the port; percent-encode '/', '#' and '?' in the password")
    return parts


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise ConfigurationError("TOCSIN_SMTP_URL: the port must be a number from 1 to 65535") from error
    if port == 0:
        _refuse("the port must be a number from 1 to 65535")
    return port or default_port(tls=parts.scheme == "smtps")


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(username) != bool(password):
        _refuse("it must hold a user and a password, or neither")
    return username or None, password or None


def _options(query: str) -> dict[str, str]:
    options = parse_qs(query, keep_blank_values=True)
    for name, values in options.items():
        if name not in ("starttls", "from"):
            _refuse(f"unknown option '{name}'; known are starttls and from")
        if len(values) > 1:
            _refuse(f"option '{name}' is given twice")
    return {name: values[0] for name, values in options.items()}


def _encryption(scheme: str, starttls: str | None, has_password: bool, host: str) -> Encryption:
    if scheme == "smtps":
        if starttls is not None:
            _refuse("starttls does not go with smtps://, which is encrypted from the start")
        return Encryption.TLS
    if starttls is None:
        return Encryption.REQUIRED if has_password and host not in LOOPBACK else Encryption.IF_OFFERED
    if starttls not in (Encryption.REQUIRED, Encryption.IF_OFFERED, Encryption.NEVER):
        _refuse(f"starttls is '{starttls}'; it must be required, if-offered or never")
    return Encryption(starttls)


def _sender(value: str | None) -> Address:
    if value is None:
        return Address("Tocsin", addr_spec=f"tocsin@{socket.gethostname()}")
    name, address = parseaddr(value)
    try:
        return Address(name, addr_spec=check_email(address))
    except (ValueError, IndexError) as error:
        raise ConfigurationError(
            f"TOCSIN_SMTP_URL: from is '{value}'; it must be an address such as Tocsin <tocsin@example.org>"
        ) from error
