"""One editor for all that is made, changed and deleted by a form of its own. Each says only what is its own.

    new_form ──▶ create ──▶ made, or the form again with each error beside its field
    edit_form ─▶ update ──▶ saved, or the form again: what is wrong, or that somebody else has saved meanwhile
    delete ───────────────▶ deleted, or the page again with what still uses it

What was typed is kept whatever comes of it. A button of the form that does not save shows it again, changed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Connection
from tocsin.errors import Conflict, NotFound
from tocsin.store.actor import acting
from tocsin.web.kit import edit_conflicts
from tocsin.web.kit.edit import Edit, Stored, open_own, permit_own
from tocsin.web.kit.edit_conflicts import has_conflict, with_fingerprint
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import EDITOR_ERRORS, Form, Sent, status_of
from tocsin.web.kit.refusals import Refusal, refusal
from tocsin.web.kit.rows import FormRows, is_save
from tocsin.web.kit.viewer import Viewer

Spec = TypeVar("Spec")
Spec_contra = TypeVar("Spec_contra", contravariant=True)


async def nothing(*_: object) -> None:
    """No further check."""


async def beside_fields(edit: Edit[Any], error: Exception) -> Form:
    """The form with its errors, which name its fields as the model does."""
    return edit.form.wrong(error)


class Store(Protocol[Stored, Spec_contra]):
    """Where the objects of an editor are kept: a module of the store. Ids are those of the page's path."""

    @property
    def create(self) -> Callable[..., Awaitable[Any]]:
        """Takes a connection, the ids of the objects that the new object belongs to, and its spec."""

    @property
    def get(self) -> Callable[..., Awaitable[Stored]]: ...
    @property
    def lock(self) -> Callable[..., Awaitable[Stored]]: ...
    @property
    def update(self) -> Callable[[Connection, Stored, Spec_contra], Awaitable[Stored]]: ...
    @property
    def delete(self) -> Callable[..., Awaitable[None]]: ...


@dataclass(frozen=True, kw_only=True)
class Functions(Generic[Stored, Spec]):
    """A store put together of functions, where its module's own are of another shape."""

    create: Callable[..., Awaitable[Any]]
    get: Callable[..., Awaitable[Stored]]
    lock: Callable[..., Awaitable[Stored]]
    update: Callable[[Connection, Stored, Spec], Awaitable[Stored]]
    delete: Callable[..., Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Editor(Generic[Stored, Spec]):
    """What one kind of object says of its editing.

    ``path`` is that of one object; before it stands that of their list, which with ``new`` is that of the form for
    another. With ``in_place`` the object's own page is its form. ``page`` shows a form. ``open`` and ``permit`` raise
    unless the viewer may; ``prepare`` runs before the transaction. ``leads_to`` is the page after something is made,
    saved or deleted; ``refused`` that which says what uses it.

    ``compared`` is what of the object tells that somebody else has saved meanwhile: without it the last one wins.
    ``late`` is the form for whoever was late, ``gone`` when the object was deleted meanwhile.
    """

    path: str
    store: Store[Stored, Spec]
    page: Callable[[Edit[Stored], int], Awaitable[Response]]
    blank: Callable[[Edit[Stored]], Awaitable[Form]]
    form_of: Callable[[Edit[Stored]], Awaitable[Form]]
    spec_of: Callable[[Edit[Stored]], Spec]
    new: str = "/new"
    in_place: bool = False
    open: Callable[[Edit[Stored]], object] = open_own
    permit: Callable[[Connection, Edit[Stored], Spec | None], Awaitable[None]] = permit_own
    prepare: Callable[[Edit[Stored], Spec], Awaitable[None]] = nothing
    wrong: Callable[[Edit[Stored], Exception], Awaitable[Form]] = beside_fields
    rows: FormRows | None = None
    press: Callable[[Form], Form] = lambda form: form
    compared: Callable[[Stored], object] | None = None
    late: Callable[[Form, Stored], Form] | None = None
    gone: Callable[[Form], Form] | None = None
    saved_text: str = "Saved."
    deleted_text: str | None = None
    made: Callable[[Edit[Stored], Any], Response] | None = None
    leads_to: Callable[[Edit[Stored], Any], Awaitable[str]] | None = None
    refused: Callable[[Edit[Stored], Refusal], Awaitable[Response]] | None = None

    def add_to(self, router: APIRouter) -> None:
        """Serve the editor's pages."""
        new, edit = self._list + self.new, self.path if self.in_place else f"{self.path}/edit"
        router.get(new)(self.new_form)
        router.post(new)(self.create)
        router.get(edit)(self.edit_form)
        router.post(edit)(self.update)
        router.post(f"{self.path}/delete")(self.delete)

    @property
    def _list(self) -> str:
        return self.path.rpartition("/")[0]

    async def new_form(self, request: Request, viewer: Viewer) -> Response:
        """The form for something new."""
        edit: Edit[Stored] = Edit(request, viewer, Form())
        return await self.page(replace(edit, form=await self.blank(edit)), 200)

    async def create(self, request: Request, viewer: Viewer, form: Sent) -> Response:
        """Make the object, or do what a row button says."""
        edit: Edit[Stored] = Edit(request, viewer, self._numbered(form))
        if not is_save(form):
            return await self.page(replace(edit, form=self.press(form)), 200)
        try:
            spec = self.spec_of(edit)
            await self.prepare(edit, spec)
            async with acting(edit.pool, viewer) as connection:
                await self.permit(connection, edit, spec)
                made = await self.store.create(connection, *edit.ids, spec)
        except EDITOR_ERRORS as error:
            return await self._again(edit, error)
        return await self._saved(edit, made) if self.made is None else self.made(edit, made)

    async def edit_form(self, request: Request, viewer: Viewer) -> Response:
        """The form with what is stored."""
        edit: Edit[Stored] = Edit(request, viewer, Form())
        stored = await self.store.get(edit.pool, *edit.ids)
        edit = replace(edit, stored=stored)
        self.open(edit)
        form = await self.form_of(edit)
        if self.compared is not None:
            form = with_fingerprint(form, self.compared(stored))
        return await self.page(replace(edit, form=form), 200)

    async def update(self, request: Request, viewer: Viewer, form: Sent) -> Response:
        """Save what is changed, unless somebody else has saved since the form was made, or do what a button says."""
        edit: Edit[Stored] = Edit(request, viewer, self._numbered(form))
        try:
            edit = replace(edit, stored=await self.store.get(edit.pool, *edit.ids))
            if not is_save(form):
                return await self.page(replace(edit, form=self.press(form)), 200)
            return await self._update(edit)
        except EDITOR_ERRORS as error:
            return await self._again(edit, error)
        except NotFound:
            if self.gone is None:
                raise
            return await self.page(Edit(request, viewer, self.gone(edit.form)), 409)

    async def delete(self, request: Request, viewer: Viewer) -> Response:
        """Delete the object, or name the objects that still use it."""
        edit: Edit[Stored] = Edit(request, viewer, Form())
        try:
            async with acting(edit.pool, viewer) as connection:
                edit = replace(edit, stored=await self.store.lock(connection, *edit.ids))
                await self.permit(connection, edit, None)
                await self.store.delete(connection, *edit.ids)
        except Conflict as error:
            if self.refused is None:
                raise
            return await self.refused(edit, refusal(error))
        return await self._deleted(edit)

    async def _update(self, edit: Edit[Stored]) -> Response:
        self.open(edit)
        await self.prepare(edit, self.spec_of(edit))
        async with acting(edit.pool, edit.viewer) as connection:
            stored = await self.store.lock(connection, *edit.ids)
            edit = replace(edit, stored=stored)
            spec = self.spec_of(edit)
            await self.permit(connection, edit, spec)
            if not (is_late := self._is_late(edit)):
                stored = await self.store.update(connection, stored, spec)
        return await (self._late(edit) if is_late else self._saved(edit, stored))

    def _is_late(self, edit: Edit[Stored]) -> bool:
        return self.compared is not None and has_conflict(edit.form, self.compared(edit.existing))

    async def _late(self, edit: Edit[Stored]) -> Response:
        assert self.compared is not None
        form = edit_conflicts.saved_meanwhile(edit.form, self.compared(edit.existing))
        form = form if self.late is None else self.late(form, edit.existing)
        return await self.page(replace(edit, form=form), 409)

    async def _again(self, edit: Edit[Stored], error: Exception) -> Response:
        return await self.page(replace(edit, form=await self.wrong(edit, error)), status_of(error))

    async def _saved(self, edit: Edit[Stored], saved: Any) -> Response:
        path = f"{self._list}/{saved.id}" if self.leads_to is None else await self.leads_to(edit, saved)
        return see_other(path, self.saved_text)

    async def _deleted(self, edit: Edit[Stored]) -> Response:
        deleted: Any = edit.existing
        path = self._list if self.leads_to is None else await self.leads_to(edit, deleted)
        return see_other(path, self.deleted_text or f"{deleted.name} is deleted.")

    def _numbered(self, form: Form) -> Form:
        return form if self.rows is None else self.rows.put(form, self.rows.of(form))
