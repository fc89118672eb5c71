"""The syntax of an email address, checked before it is stored or sent to. Nothing here asks DNS or connects."""

import re

from tocsin.channels.kit.plain_text import printable

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
        raise ValueError(f"'{printable(trimmed)}' is not an email address such as name@example.org")
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
