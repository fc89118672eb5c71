"""The syntax of a webhook's URL, checked before it is stored or sent to. Nothing here asks DNS or connects."""

from urllib.parse import urlsplit

from yarl import URL

from tocsin.channels.kit.plain_text import printable


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
    return printable(shown) + ("…" if rest else "")
