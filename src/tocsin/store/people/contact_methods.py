"""Contact methods: one address of one user each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.random_secrets import new_signing_secret

_sql = Statements(__package__, "contact_methods.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMethodSpec:
    """The fields that users set. The type is fixed once the contact method exists."""

    name: str
    type: str
    address: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ContactMethod:
    """A contact method, without its signing secret."""

    id: UUID
    user_id: UUID
    name: str
    type: str
    address: str
    enabled: bool
    created_at: datetime

    @property
    def spec(self) -> ContactMethodSpec:
        return ContactMethodSpec(name=self.name, type=self.type, address=self.address, enabled=self.enabled)


async def create(connection: Connection, user_id: UUID, spec: ContactMethodSpec) -> tuple[ContactMethod, str | None]:
    """A new contact method and, if its type is signed, the secret that will sign what is sent to it."""
    secret = new_signing_secret()
    row = await connection.fetchrow(_sql["insert"], user_id, spec.name, spec.type, spec.address, spec.enabled, secret)
    assert row is not None
    return await get(connection, user_id, row["id"]), row["secret"]


async def get(database: Queryable, user_id: UUID, method_id: UUID) -> ContactMethod:
    """Raises NotFound, also when it is another user's."""
    return await _one(database, "get", user_id, method_id)


async def lock(connection: Connection, user_id: UUID, method_id: UUID) -> ContactMethod:
    """The contact method as it is until the transaction ends. Raises NotFound."""
    return await _one(connection, "lock", user_id, method_id)


async def page(database: Queryable, user_id: UUID, after: Position | None, limit: int) -> Slice[ContactMethod]:
    rows = await database.fetch(_sql["list"], user_id, *bounds(after), limit + 1)
    return cut([ContactMethod(**row) for row in rows], limit)


async def of_ids(database: Queryable, user_id: UUID, ids: Collection[UUID]) -> Sequence[ContactMethod]:
    """Those of the user's that exist, oldest first."""
    return [ContactMethod(**row) for row in await database.fetch(_sql["of_ids"], user_id, list(ids))]


async def update(connection: Connection, method_id: UUID, spec: ContactMethodSpec) -> ContactMethod:
    """Change a contact method that is locked."""
    row = await connection.fetchrow(_sql["update"], method_id, spec.name, spec.address, spec.enabled)
    assert row is not None
    return ContactMethod(**row)


async def delete(connection: Connection, user_id: UUID, method_id: UUID) -> None:
    """Raises NotFound. Its notification rules go with it."""
    if await connection.fetchval(_sql["delete"], user_id, method_id) is None:
        raise NotFound("no such contact method")


async def _one(database: Queryable, statement: str, user_id: UUID, method_id: UUID) -> ContactMethod:
    if row := await database.fetchrow(_sql[statement], user_id, method_id):
        return ContactMethod(**row)
    raise NotFound("no such contact method")
