"""Addresses in bodies: their types, and their syntax, which depends on the type that stands beside them."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from fastapi import Request
from pydantic import GetPydanticSchema, ValidationInfo, WithJsonSchema
from pydantic_core import core_schema

from tocsin.channels.channel_type import ChannelType
from tocsin.channels.registry import channel_types, check_address, prepare_checks, types_for_channels, types_for_people
from tocsin.errors import FieldError, InvalidInput

HIDDEN = "***"


def _one_of(types: Sequence[ChannelType]) -> GetPydanticSchema:
    names = [kind.name for kind in types]
    return GetPydanticSchema(lambda _source, _handler: core_schema.literal_schema(names))


ContactMethodType: TypeAlias = Annotated[str, _one_of(types_for_people())]
"""The name of a registered type that a new contact method may have."""

TypeOfChannel: TypeAlias = Annotated[str, _one_of(types_for_channels())]
"""The name of a registered type that a new channel may have."""

StoredType: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "enum": list(channel_types())})]
"""The type of an address that is there. It may have been registered when the address was added, and no longer be."""


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
