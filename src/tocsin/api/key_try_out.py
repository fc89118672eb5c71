"""What a draft of an integration key's options makes of what came with it, or of a payload that is given."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from tocsin.api.integration_keys import ChosenOptions
from tocsin.domain.dedup_key import shown_key
from tocsin.domain.severity import Severity
from tocsin.http.access import require_edit
from tocsin.http.auth import Database, Writer
from tocsin.http.fields import Body, Read, UtcDatetime, example
from tocsin.ingest.message_format import Message, MessageAction
from tocsin.ingest.registry import check_options, formats
from tocsin.ingest.try_out import TryOut, try_on, try_on_last
from tocsin.store.services import integration_keys, services

router = APIRouter(prefix="/services/{service_id}/integration-keys/{key_id}", tags=["integration keys"])

_MOST_BODY = 1024 * 1024


class TryOutBody(Body):
    """What to try. Options that are left out are those of the key."""

    model_config = example({"options": {"summary": "payload.title"}, "payload": '{"title": "Disk is full"}'})

    options: ChosenOptions = Field(default={})
    payload: str | None = Field(
        default=None, max_length=_MOST_BODY, description="JSON; left out: the last payloads that came with the key"
    )


class TriedLink(Read):
    """A link that the alert would have."""

    kind: str
    href: str
    text: str


class TriedMessage(Read):
    """What a payload would do, and the alert that it is about."""

    action: MessageAction
    summary: str
    details: str
    severity: Severity
    labels: dict[str, str]
    links: list[TriedLink]
    dedup_key: str = Field(description="as the sender gives it; one that begins with auto: was made of the text")
    mended: list[str] = Field(description="what was made up for, and why")

    @classmethod
    def of(cls, message: Message) -> Self:
        alert = message.alert
        return cls(
            action=message.action,
            summary=alert.summary,
            details=alert.details,
            severity=alert.severity,
            labels=dict(alert.labels),
            links=[TriedLink.model_validate(link) for link in alert.links],
            dedup_key=shown_key(alert.dedup_key),
            mended=list(alert.mended),
        )


class TriedError(Read):
    """Why a payload cannot be mapped."""

    field: str
    message: str


class TryOutRead(Read):
    """What a payload would make, or why it would go to quarantine."""

    payload_id: int | None = Field(description="null for one that was given")
    received_at: UtcDatetime | None
    messages: list[TriedMessage]
    errors: list[TriedError]

    @classmethod
    def of(cls, tried: TryOut) -> Self:
        return cls(
            payload_id=tried.payload.id if tried.payload else None,
            received_at=tried.payload.received_at if tried.payload else None,
            messages=[TriedMessage.of(message) for message in tried.messages],
            errors=[TriedError.model_validate(error) for error in tried.errors],
        )


class TryOutList(Read):
    """What was tried, newest first."""

    items: list[TryOutRead]


@router.post("/try-out", summary="Try the options of an integration key on its last payloads, or on one that is given")
async def try_options(service_id: UUID, key_id: UUID, body: TryOutBody, actor: Writer, pool: Database) -> TryOutList:
    """Nothing is changed."""
    require_edit(actor, (await services.get(pool, service_id)).team_id)
    key = await integration_keys.get(pool, service_id, key_id)
    check_options(key.type, body.options)
    options = {**key.options, **body.options}
    message_format = formats().get(key.type)
    if body.payload is None or message_format is None:
        tried = await try_on_last(pool, key_id, options)
    else:
        tried = [await try_on(message_format, options, body.payload)]
    return TryOutList(items=[TryOutRead.of(one) for one in tried])
