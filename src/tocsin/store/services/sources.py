"""Where messages come in: integration keys, as a sender proves to hold one."""

from dataclasses import dataclass, field
from uuid import UUID

from tocsin.db.pool import Database
from tocsin.db.sql import Statements
from tocsin.errors import PermissionDenied, Unauthenticated
from tocsin.store.actor import Actor
from tocsin.store.random_secrets import digest

_sql = Statements(__package__, "sources.sql")


@dataclass(frozen=True, slots=True)
class Credential:
    """What a sender shows: the secret, the type of key that the path asks for, and where the request came from."""

    secret: str = field(repr=False)
    type: str
    ip: str | None = None

    @property
    def digest(self) -> bytes:
        return digest(self.secret)


@dataclass(frozen=True, slots=True)
class Source:
    """A known sender."""

    service_id: UUID
    actor: Actor


def unknown_key() -> Unauthenticated:
    return Unauthenticated("the integration key is unknown or revoked")


def wrong_type() -> PermissionDenied:
    return PermissionDenied("this integration key is of another type: it cannot be used on this path")


async def authenticate(database: Database, credential: Credential) -> Source:
    """Who sends. Notes the use, at most once a minute.

    Raises Unauthenticated for an unknown or revoked key, PermissionDenied for one of another type.
    """
    row = await database.fetchrow(_sql["find"], credential.digest)
    if row is None:
        raise unknown_key()
    if row["type"] != credential.type:
        raise wrong_type()
    if row["is_use_due"]:
        await database.execute(_sql["note_use"], row["id"])
    actor = Actor(type="integration_key", id=str(row["id"]), name=row["name"], ip=credential.ip)
    return Source(row["service_id"], actor)
