"""The mapping of an integration key: its expressions, edited beside what they would make of what came last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Connection, Queryable
from tocsin.errors import InvalidInput, NotFound
from tocsin.http.access import may_edit
from tocsin.ingest.message_format import KeyOption, MessageFormat
from tocsin.ingest.registry import check_options, formats
from tocsin.ingest.try_out import try_on, try_on_last
from tocsin.store.services import integration_keys, services
from tocsin.store.services.integration_keys import IntegrationKey
from tocsin.web.kit.edit import Edit, open_to_all, permit_edit, to_same_page
from tocsin.web.kit.editor import Editor, Functions
from tocsin.web.kit.forms import Form, Sent
from tocsin.web.kit.render import page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.services.mapping_effects import NOT_TRIED, MappingEffects, problem_text, tried_text

router = APIRouter(include_in_schema=False)

PATH = "/services/{service_id:uuid}/keys/{key_id:uuid}/mapping"
_PASTED = "pasted"


@dataclass(frozen=True, slots=True)
class MappedKey:
    """A key whose format has a mapping, and the service that it belongs to."""

    key: IntegrationKey
    service_name: str
    team_id: UUID | None
    message_format: MessageFormat

    @property
    def mapping(self) -> Sequence[KeyOption]:
        return self.message_format.mapping


async def _get(database: Queryable, service_id: UUID, key_id: UUID) -> MappedKey:
    service = await services.get(database, service_id)
    key = await integration_keys.get(database, service_id, key_id)
    message_format = formats().get(key.type)
    if message_format is None or not message_format.mapping:
        raise NotFound("keys of this type have no mapping")
    return MappedKey(key, service.name, service.team_id, message_format)


async def _lock(connection: Connection, service_id: UUID, key_id: UUID) -> MappedKey:
    await services.hold(connection, service_id)
    return await _get(connection, service_id, key_id)


async def _update(connection: Connection, mapped: MappedKey, chosen: Mapping[str, str]) -> MappedKey:
    key = mapped.key
    await integration_keys.change(connection, key.service_id, key.id, key.name, {**key.options, **chosen})
    return mapped


async def _never(*_: object) -> None:
    raise AssertionError("a key is made and revoked on the page of its service")


def _chosen(edit: Edit[MappedKey]) -> Mapping[str, str]:
    """The expressions of the form. Raises InvalidInput for all that cannot be compiled."""
    chosen = {option.name: edit.form.value(_field(option)) for option in edit.existing.mapping}
    check_options(edit.existing.key.type, chosen)
    return chosen


async def _form_of(edit: Edit[MappedKey]) -> Form:
    options = edit.existing.key.options
    return Form.of(**{_field(option): options.get(option.name, "") for option in edit.existing.mapping})


def _field(option: KeyOption) -> str:
    """The name of its field in the form, as errors name it."""
    return f"options.{option.name}"


async def _blank(_edit: Edit[MappedKey]) -> Form:
    raise AssertionError("a key is made on the page of its service")


async def _page(edit: Edit[MappedKey], status: int) -> Response:
    mapped = edit.existing
    form, effects = edit.form, NOT_TRIED
    if edit.form.value("action") == "try":
        form, effects = await _tried(edit)
    values: dict[str, Any] = {
        "mapped": mapped,
        "form": form,
        "path": edit.request.url.path,
        "shown": ["seen", _PASTED, *map(_field, mapped.mapping)],
        "effects": effects,
        "can_edit": may_edit(edit.viewer, mapped.team_id),
    }
    return await page(edit.request, edit.viewer, "services/mapping.html.j2", status, **values)


async def _tried(edit: Edit[MappedKey]) -> tuple[Form, MappingEffects]:
    """What the form makes of what was pasted, or else of what came last; or what is wrong with it."""
    key, mapping = edit.existing.key, edit.existing.mapping
    try:
        options = {**key.options, **_chosen(edit)}
    except InvalidInput as error:
        return edit.form.wrong(error), MappingEffects(problems=[problem_text(one, mapping) for one in error.errors])
    if pasted := edit.form.value(_PASTED):
        tried = [await try_on(edit.existing.message_format, options, pasted)]
    else:
        tried = list(await try_on_last(edit.pool, key.id, options))
    return edit.form, MappingEffects([tried_text(one, mapping) for one in tried], is_tried=True)


_EDITOR = Editor[MappedKey, Mapping[str, str]](
    path=PATH,
    in_place=True,
    store=Functions(create=_never, get=_get, lock=_lock, update=_update, delete=_never),
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=_chosen,
    open=open_to_all,
    permit=permit_edit,
    compared=lambda mapped: sorted(mapped.key.options.items()),
    leads_to=to_same_page,
)


@router.get(PATH)
async def show(request: Request, viewer: Viewer) -> Response:
    """Show the expressions of the key."""
    return await _EDITOR.edit_form(request, viewer)


@router.post(PATH)
async def save(request: Request, viewer: Viewer, form: Sent) -> Response:
    """Save the expressions, or show what they would make."""
    return await _EDITOR.update(request, viewer, form)
