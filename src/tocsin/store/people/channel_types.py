"""The registered types of contact methods and channels, as rows that the database's constraints and audit log read."""

from collections.abc import Iterable
from typing import Protocol

from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements

_sql = Statements(__package__, "channel_types.sql")


class ChannelTypeRow(Protocol):
    """What the database needs to know of a type."""

    @property
    def name(self) -> str: ...

    @property
    def audit_address(self) -> str: ...

    @property
    def is_signed(self) -> bool: ...

    @property
    def by_mail(self) -> bool: ...


async def save(database: Queryable, types: Iterable[ChannelTypeRow]) -> None:
    """Add these types, or write them anew. Others stay, for the addresses that are of them."""
    rows = [(kind.name, kind.audit_address, kind.is_signed, kind.by_mail) for kind in types]
    names, audit_addresses, signed, mail = zip(*rows, strict=True)
    await database.execute(_sql["save"], names, audit_addresses, signed, mail)
