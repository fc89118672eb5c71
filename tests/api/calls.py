"""What tests of the API say often."""

from httpx import Response
from tests.fixtures.engine import eventually
from tests.fixtures.factories import Factory

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
_WITHIN = 5


def bearer(secret: str) -> dict[str, str]:
    """The headers of somebody with this token."""
    return {"Authorization": f"Bearer {secret}"}


def created(answer: Response) -> dict[str, object]:
    """The body of an answer that made something, whose address it gives."""
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    assert answer.headers["location"].endswith(f"/{body['id']}")
    return body


def wrong(answer: Response, status: int = 422) -> list[str]:
    """The fields that a refusal names, after a look at its form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"]) == ("about:blank", status)
    return [error["field"] for error in body["errors"]]


def refusal(answer: Response, status: int) -> str:
    """The sentence of a refusal."""
    wrong(answer, status)
    detail: str = answer.json()["detail"]
    return detail


def uses(refused: Response) -> list[str]:
    """What the refusal to delete something says that uses it."""
    assert set(wrong(refused, 409)) == {"id"}
    return [error["message"].removeprefix("is used by ") for error in refused.json()["errors"]]


async def waits_for_a_lock(make: Factory) -> None:
    """Return once a statement in the test's database waits for another transaction."""

    async def waits() -> bool:
        activity = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        return bool(await make.pool.fetchval(f"select exists ({activity})"))

    await eventually(waits, _WITHIN)
