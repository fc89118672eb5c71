"""A form that somebody edits, and whether they may."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from starlette.requests import Request

from tocsin.db.pool import Connection, Pool
from tocsin.http.access import require_edit, require_make, require_move
from tocsin.store.actor import Actor
from tocsin.web.kit.forms import Form

Stored = TypeVar("Stored")


@dataclass(frozen=True)
class Edit(Generic[Stored]):
    """A form that somebody edits; ``stored`` is what it changes, None for something new."""

    request: Request
    viewer: Actor
    form: Form
    stored: Stored | None = None

    @property
    def pool(self) -> Pool:
        pool: Pool = self.request.app.state.pool
        return pool

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The ids in the page's path, in their order."""
        return tuple(self.request.path_params.values())

    @property
    def existing(self) -> Stored:
        """The stored object, which is changed or deleted."""
        return cast("Stored", self.stored)


def open_own(edit: Edit[Any]) -> None:
    """Raise unless the viewer may edit the object, by the team that owns it."""
    require_edit(edit.viewer, edit.existing.team_id)


def open_to_all(_edit: Edit[Any]) -> None:
    """Let everybody see the form."""


async def permit_edit(_connection: Connection, edit: Edit[Any], _spec: object) -> None:
    """Raise unless the viewer may edit the object, by the team that owns it before and after."""
    require_edit(edit.viewer, edit.existing.team_id)


async def to_same_page(edit: Edit[Any], _saved: object) -> str:
    """Where an object is shown that is saved on its own page."""
    return edit.request.url.path


async def permit_own(connection: Connection, edit: Edit[Any], spec: Any) -> None:
    """Raise unless the viewer may make, move or delete the object, by the teams that own it before and after."""
    if edit.stored is None:
        require_make(edit.viewer, spec.team_id)
    elif spec is None:
        require_edit(edit.viewer, edit.existing.team_id)
    else:
        require_move(edit.viewer, edit.existing.team_id, spec.team_id)
