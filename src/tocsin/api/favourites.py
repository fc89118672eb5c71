"""The favourite services of the caller."""

from uuid import UUID

from fastapi import APIRouter

from tocsin.errors import Conflict
from tocsin.http.auth import Database, Reader, Writer
from tocsin.http.fields import Read
from tocsin.store.actor import Actor, acting
from tocsin.store.services import favourites

router = APIRouter(tags=["favourites"])


class FavouritesRead(Read):
    """The caller's favourite services."""

    service_ids: list[UUID]


@router.get(
    "/favourites",
    summary="List your favourite services",
    responses={409: {"description": "The token belongs to nobody"}},
)
async def list_favourites(actor: Reader, pool: Database) -> FavouritesRead:
    return FavouritesRead(service_ids=sorted(await favourites.of_user(pool, _user(actor))))


@router.put("/services/{service_id}/favourite", status_code=204, summary="Make a service one of your favourites")
async def add_favourite(service_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        await favourites.add(connection, _user(actor), service_id)


@router.delete("/services/{service_id}/favourite", status_code=204, summary="Take a service out of your favourites")
async def remove_favourite(service_id: UUID, actor: Writer, pool: Database) -> None:
    async with acting(pool, actor) as connection:
        await favourites.remove(connection, _user(actor), service_id)


def _user(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise Conflict("this token belongs to nobody, and only people have favourites")
    return actor.user_id
