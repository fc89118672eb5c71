"""Addresses in bodies: their types, and their syntax, which depends on the type that stands beside them."""

from typing import Annotated, TypeAlias

from fastapi import Request
from pydantic import ValidationInfo

from tocsin.channels.registry import channel_types, check_address, prepare_checks, types_for_channels, types_for_people
from tocsin.errors import FieldError, InvalidInput
from tocsin.http.one_of import OneOf

HIDDEN = "***"


ContactMethodType: TypeAlias = Annotated[str, OneOf(lambda: [kind.name for kind in types_for_people()])]
"""The name of a registered type that a contact method may have."""

TypeOfChannel: TypeAlias = Annotated[str, OneOf(lambda: [kind.name for kind in types_for_channels()])]
"""The name of a registered type that a channel may have."""

StoredType: TypeAlias = Annotated[str, OneOf(channel_types, is_checked=False)]
"""The type of an address that is there."""


async def prepare_address_checks(request: Request) -> None:
    """A dependency of what takes addresses: some types are checked once what reads them is imported."""
    body = await request.body()
    await prepare_checks([name for name in channel_types() if name.encode() in body])


def check_with_type(address: str, info: ValidationInfo) -> str:
    """A validator for ``address`` in a body whose ``type`` comes first. A wrong type is reported by itself."""
    return check_address(info.data["type"], address) if "type" in info.data else address


def checked(address_type: str, address: str) -> str:
    """The address as it is to be stored. Raises InvalidInput."""
    try:
        return check_address(address_type, address)
    except ValueError as error:
        raise InvalidInput(FieldError("address", str(error))) from None
