"""Random secrets that are kept as SHA-256 only: they cannot be guessed, so a slow hash would add nothing."""

import hashlib
import secrets

TOKEN_PREFIX = "tocsin_"  # noqa: S105 - what tokens start with, so that people and scanners recognise one


def new_token() -> str:
    """An API token: ``tocsin_`` and 43 URL-safe characters."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_session_token() -> str:
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """A password that nobody has chosen, for somebody to sign in with."""
    return secrets.token_urlsafe(12)


def new_integration_token() -> str:
    """The token of an integration key: 32 lower-case hexadecimal digits."""
    return secrets.token_hex(16)


def new_heartbeat_secret() -> str:
    """The secret in the address that takes the pings of a heartbeat monitor: 32 lower-case hexadecimal digits."""
    return secrets.token_hex(16)


def new_feed_token() -> str:
    """The secret in the address of a calendar feed."""
    return secrets.token_urlsafe(32)


def new_signing_secret() -> str:
    """The secret that signs the webhooks of one destination."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """The secret's hash, by which it is stored and looked up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
