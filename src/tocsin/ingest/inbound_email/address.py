"""The address of an integration key: ``<key>@<domain>``, or ``<key>+<dedup>@<domain>``."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tocsin.settings import Settings

_KEY = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address that mail is sent to. ``secret`` is None when no key looks like that."""

    secret: str | None = field(repr=False)
    dedup: str
    domain: str


def read_address(address: str) -> MailAddress:
    """The parts of an address. The key's letters may have been written in capitals, its local part in quotes."""
    local, _, domain = address.rpartition("@") if "@" in address else (address, "", "")
    quoted = len(local) > 1 and local[0] == local[-1] == '"'
    local = re.sub(r"\\(.)", r"\1", local[1:-1]) if quoted else local
    key, _, dedup = local.partition("+")
    secret = key.lower()
    return MailAddress(secret if _KEY.fullmatch(secret) else None, dedup, domain.lower())


def domain_of(settings: Settings) -> str:
    """The domain of every address: the one that is set, else the host of Tocsin's own address."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    is_number = ":" in host or re.fullmatch(r"[\d.]+", host)
    own = f"[IPv6:{host}]" if ":" in host else f"[{host}]" if is_number else host
    return settings.mail_domain or own


def address_of(settings: Settings, token: str) -> str | None:
    """Where mail for the key goes to; None while no mail is received."""
    return f"{token}@{domain_of(settings)}" if settings.mail_listen else None


def obstacle(settings: Settings) -> str | None:
    """Why no mail arrives: nothing listens for it."""
    if settings.mail_listen:
        return None
    return (
        "Tocsin takes no mail yet: set TOCSIN_MAIL_LISTEN, such as 0.0.0.0:25, and start it again."
        " Until then a mail can only be handed over by HTTP."
    )
