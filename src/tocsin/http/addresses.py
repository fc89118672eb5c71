"""Addresses in bodies: their syntax depends on the type that stands beside them."""

from fastapi import Request
from pydantic import ValidationInfo

from tocsin.channels.registry import check_address, load_apprise
from tocsin.errors import FieldError, InvalidInput

HIDDEN = "***"


async def read_apprise_first(request: Request) -> None:
    """A dependency of what takes addresses: a first Apprise URL is checked once its plugins are there."""
    if b"apprise" in await request.body():
        await load_apprise()


def check_with_type(address: str, info: ValidationInfo) -> str:
    """A validator for ``address`` in a body whose ``type`` comes first. A wrong type is reported by itself."""
    return check_address(info.data["type"], address) if "type" in info.data else address


def checked(address_type: str, address: str) -> str:
    """The address as it is to be stored. Raises InvalidInput."""
    try:
        return check_address(address_type, address)
    except ValueError as error:
        raise InvalidInput(FieldError("address", str(error))) from None
