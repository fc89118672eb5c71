"""The syntax of addresses, checked before anything is stored or sent. Nothing here asks DNS or connects."""

import re
from urllib.parse import urlsplit

from yarl import URL

_LOCAL = re.compile(r"[^\s@()<>\[\]:;,\\\"]{1,64}")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")


def check_email(address: str) -> str:
    """Return the address, trimmed and with its domain in lower case. Raises ValueError with a sentence.

    A domain of one label (``root@localhost``) is fine: mail servers inside a network know such names. Letters
    outside ASCII are fine too; whether they can be delivered is for the mail server to say.
    """
    trimmed = address.strip()
    local, _, domain = trimmed.rpartition("@")
    if not (_is_local(local) and _is_domain(domain)):
        raise ValueError(f"'{_printable(trimmed)}' is not an email address such as name@example.org")
    return f"{local}@{domain.lower()}"


def _is_local(local: str) -> bool:
    return (
        local.isprintable()
        and _LOCAL.fullmatch(local) is not None
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
    )


def _is_domain(domain: str) -> bool:
    return len(domain) <= 253 and all(_LABEL.fullmatch(label) for label in domain.split("."))


def check_url(address: str) -> str:
    """Return the URL, trimmed. Raises ValueError with a sentence unless it is http or https with a host."""
    url = address.strip()
    shown = _without_secrets(url)
    if not url.isprintable() or " " in url:
        raise ValueError(f"'{shown}' is not a URL: it holds a space or a control character")
    try:
        parts, parsed = urlsplit(url), URL(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"'{shown}' is not a URL") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"'{shown}' is not a URL that starts with http:// or https://")
    if not parsed.host or port == 0:
        raise ValueError(f"'{shown}' is not a URL with a host and a valid port")
    return parts.geturl()


def _without_secrets(url: str) -> str:
    """Cut what may be a credential: user information, query and fragment."""
    before, *rest = url.replace("#", "?").split("?")
    scheme, slashes, after = before.rpartition("//")
    user, at, host = after.partition("@")
    shown = f"{scheme}{slashes}…@{host}" if at else f"{scheme}{slashes}{user}"
    return _printable(shown) + ("…" if rest else "")


def _printable(text: str) -> str:
    """Make text safe to quote in an error: one line, no control characters, at most 100 characters."""
    line = "".join(char if char.isprintable() else "�" for char in text[:100])
    return line + ("…" if len(text) > 100 else "")
