"""Signed links that act on one alert without a login.

A link carries what it may do, for whom and until when, signed with the installation's key; nothing is stored. It does
one thing: a link that acknowledges cannot close. Expiry is decided by the database's now(), which is why reading a
link does not look at the clock.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadData, Serializer, URLSafeSerializer
from itsdangerous.encoding import base64_encode

from tocsin.channels.page import Actions
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.store.alerts import Action
from tocsin.store.listing import Database

_SALT = b"tocsin action link"
_sql = Statements("tocsin.web", "links.sql")


@dataclass(frozen=True, slots=True)
class ActionClaim:
    """What a link may do. ``name`` is whom it was sent to: a user, or a channel when ``user_id`` is None.

    ``escalation_count`` is how many steps the alert had entered when the link was made.
    """

    action: Action
    alert_id: int
    user_id: UUID | None
    name: str
    escalation_count: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says about a link."""

    now: datetime
    person_exists: bool


class _Serializer(URLSafeSerializer):
    """Does not try to compress, which gains nothing on so few bytes and cost more than all the rest of a link."""

    def dump_payload(self, obj: object) -> bytes:
        return base64_encode(Serializer.dump_payload(self, obj))


@cache
def _serializer(signing_key: bytes) -> _Serializer:
    return _Serializer(signing_key, salt=_SALT, signer_kwargs={"key_derivation": "hmac", "digest_method": sha256})


@dataclass(frozen=True, slots=True)
class ActionLinks:
    """Makes and reads the links of one installation; ``lifetime`` is how long a link works."""

    base_url: str
    signing_key: bytes = field(repr=False)
    lifetime: timedelta

    def urls(
        self, alert_id: int, user_id: UUID | None, target_name: str, escalation_count: int, now: datetime
    ) -> Actions:
        """The links of one page, made at ``now``."""

        def url(action: Action) -> str:
            claim = ActionClaim(action, alert_id, user_id, target_name, escalation_count, now + self.lifetime)
            return f"{self.base_url}/act/{self.token(claim)}"

        return Actions(acknowledge=url("acknowledge"), close=url("close"), escalate=url("escalate"))

    def token(self, claim: ActionClaim) -> str:
        """The claim, signed; what of its expiry is below a second is dropped."""
        user = claim.user_id.hex if claim.user_id else None
        expires = int(claim.expires_at.timestamp())
        token: str = _serializer(self.signing_key).dumps(
            [claim.action, claim.alert_id, user, claim.name, claim.escalation_count, expires]
        )
        return token

    def read(self, token: str) -> ActionClaim:
        """The claim of a link, expired or not. Raises NotFound when it is none of ours, or was changed."""
        try:
            action, alert_id, user, name, count, expires = _serializer(self.signing_key).loads(token)
        except BadData:
            raise NotFound("this link is not valid") from None
        return ActionClaim(
            action, alert_id, UUID(user) if user else None, name, count, datetime.fromtimestamp(expires, UTC)
        )


async def signing_key(database: Database) -> bytes:
    """The key of this installation; it was made with the database."""
    key: bytes = await database.fetchval(_sql["signing_key"])
    return key


async def link_facts(database: Database, user_id: UUID | None) -> Facts:
    """The database's time, and whether the user still exists; nobody counts as existing."""
    row = await database.fetchrow(_sql["facts"], user_id)
    assert row is not None
    return Facts(**row)
