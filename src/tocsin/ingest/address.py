"""The address of a new key, for formats whose senders want its parts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyAddress:
    """``base`` is the address of Tocsin, ``plain`` that of the format's path without the key, ``token`` the key."""

    base: str
    plain: str
    token: str


def split_address(url: str, path: str) -> KeyAddress:
    """The parts of an address that ends in the path and ``?token=…``."""
    plain, _, token = url.partition("?token=")
    return KeyAddress(plain.removesuffix(path), plain, token)
