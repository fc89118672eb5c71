"""Signed links that act on one alert without a login.

A link carries what it may do, for whom, by which way it was sent and until when, signed with the installation's key;
nothing is stored. It does one thing: a link that acknowledges cannot close. It ends with what gave it: the person, the
contact method or channel, and the person's right to act on the alert. That and its expiry are decided by what the
database says when it is used, its now() among it, which is why reading a link does not look at the clock.
"""

import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Literal
from uuid import UUID

from itsdangerous import BadData, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_encode

from tocsin.channels.page import Actions, Addressee
from tocsin.db.pool import Queryable
from tocsin.db.sql import Statements
from tocsin.errors import NotFound
from tocsin.http.access import may_act
from tocsin.store.actor import Actor
from tocsin.store.alerts.actions import Action

_SALT = b"tocsin action link"
_sql = Statements("tocsin.web.alerts", "links.sql")


@dataclass(frozen=True, slots=True)
class ActionClaim:
    """What a link may do, and for whom.

    ``escalation_count`` is how many steps the alert had entered when the link was made.
    """

    action: Action
    alert_id: int
    to: Addressee
    escalation_count: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What the database says about a link."""

    now: datetime
    person_exists: bool
    destination_works: bool
    person: Actor
    team_id: UUID | None


Obstacle = Literal["no_person", "no_destination", "no_access", "expired"]


def obstacle(claim: ActionClaim, facts: LinkFacts) -> Obstacle | None:
    """Why the link no longer works; None when it does."""
    if not facts.person_exists:
        return "no_person"
    if facts.now >= claim.expires_at:
        return "expired"
    if not facts.destination_works:
        return "no_destination"
    if claim.to.user_id is not None and not claim.to.is_guest and not may_act(facts.person, facts.team_id):
        return "no_access"
    return None


class _Serializer(URLSafeSerializer):
    """Signs without compression, which saves nothing on so few bytes and took longer than the rest of making a link.

    The key is derived once, and not for each link; nor is what a page's links have in common written for each.
    """

    def __init__(self, signing_key: bytes) -> None:
        derived = hmac.digest(signing_key, _SALT, "sha256")
        super().__init__(derived, salt=_SALT, signer_kwargs={"key_derivation": "none", "digest_method": sha256})
        self._derived = derived
        self._signer = super().make_signer()

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        return self._signer

    def sign(self, payload: str) -> str:
        """The token of a payload that is written already."""
        content = base64_encode(payload)
        signature = hmac.digest(self._derived, content, "sha256")  # as the signer's, at a third of its price
        return f"{content.decode()}.{base64_encode(signature).decode()}"


@cache
def _serializer(signing_key: bytes) -> _Serializer:
    return _Serializer(signing_key)


@dataclass(frozen=True, slots=True)
class ActionLinks:
    """Makes and reads the links of one installation; ``lifetime`` is how long a link works."""

    base_url: str
    signing_key: bytes = field(repr=False)
    lifetime: timedelta

    def urls(self, alert_id: int, to: Addressee, escalation_count: int, now: datetime) -> Actions:
        """The links of one page, made at ``now``."""

        rest = _rest(alert_id, to, escalation_count, now + self.lifetime)

        def url(action: Action) -> str:
            return f"{self.base_url}/act/{self._token(action, rest)}"

        return Actions(acknowledge=url("acknowledge"), close=url("close"), escalate=url("escalate"))

    def token(self, claim: ActionClaim) -> str:
        """The claim, signed; what of its expiry is below a second is dropped."""
        return self._token(claim.action, _rest(claim.alert_id, claim.to, claim.escalation_count, claim.expires_at))

    def _token(self, action: Action, rest: str) -> str:
        return _serializer(self.signing_key).sign(f'["{action}",{rest}]')

    def read(self, token: str) -> ActionClaim:
        """The claim of a link, expired or not. Raises NotFound when it is none of ours, or was changed."""
        try:
            action, alert_id, user, name, count, expires, *sent_by = _serializer(self.signing_key).loads(token)
        except BadData:
            raise NotFound("this link is not valid") from None
        # Pages sent before links said how they were sent are still in people's hands: theirs work as they did.
        destination, is_guest = sent_by or (None, True)
        to = Addressee(user and UUID(user), name, destination and UUID(destination), bool(is_guest))
        return ActionClaim(action, alert_id, to, count, datetime.fromtimestamp(expires, UTC))


def _rest(alert_id: int, to: Addressee, escalation_count: int, expires_at: datetime) -> str:
    """What all links of a page say, in JSON, without the brackets of the list that it is the end of."""
    whom = [to.user_id and to.user_id.hex, to.name]
    sent_by = [to.destination_id and to.destination_id.hex, int(to.is_guest)]
    rest = [alert_id, *whom, escalation_count, int(expires_at.timestamp()), *sent_by]
    return json.dumps(rest, ensure_ascii=False, separators=(",", ":"))[1:-1]


async def signing_key(database: Queryable) -> bytes:
    """The key of this installation; it was made with the database."""
    key: bytes = await database.fetchval(_sql["signing_key"])
    return key


async def link_facts(database: Queryable, claim: ActionClaim, ip: str | None) -> LinkFacts:
    """Load what decides whether the link works, and the user or channel that acts by it from this client address."""
    to = claim.to
    row = await database.fetchrow(_sql["facts"], to.user_id, to.destination_id, claim.alert_id)
    assert row is not None
    person = Actor(
        type="link",
        id=str(to.user_id) if to.user_id else None,
        name=to.name,
        user_id=to.user_id,
        role=row["role"] or "user",
        teams={UUID(team_id): role for team_id, role in row["teams"].items()},
        ip=ip,
    )
    return LinkFacts(row["now"], row["person_exists"], row["destination_works"], person, row["team_id"])
