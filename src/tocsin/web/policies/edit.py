"""The editor of an escalation policy, with a live preview beside it."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.policies import PolicyCreate, require_catch_all
from tocsin.db.pool import Connection, Pool
from tocsin.errors import NotFound
from tocsin.store.actor import Actor
from tocsin.store.policies import policies, policy_list, policy_steps
from tocsin.store.policies.policies import Policy, PolicySpec
from tocsin.store.policies.policy_list import PolicyRow
from tocsin.store.policies.policy_steps import StepTargetChoice
from tocsin.web.kit.choices import id_of, owner_choices, policy_choices
from tocsin.web.kit.edit import Edit, permit_own
from tocsin.web.kit.edit_conflicts import deleted_meanwhile
from tocsin.web.kit.editor import Editor
from tocsin.web.kit.forms import Form, Sent
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.render import fragment_of, page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of
from tocsin.web.policies.draft import (
    Draft,
    blank,
    names,
    of_policy,
    press,
    read,
    shown_fields,
    to_form,
    values,
    without_ids,
)
from tocsin.web.policies.preview import preview
from tocsin.web.policies.show import policy_page

router = APIRouter(include_in_schema=False)

T = TypeVar("T")

_MOST_FOUND = 6
_MOST_OFFERED = 3


@router.post("/policies/draft")
async def draft_new(request: Request, viewer: Viewer, form: Sent) -> Response:
    """Redraw the editor of a new policy, or a fragment of it, after a button or a change. Saves nothing."""
    return await _page(Edit(request, viewer, _pressed(form)), 200)


@router.post("/policies/{policy_id:uuid}/draft")
async def draft_change(request: Request, policy_id: UUID, viewer: Viewer, form: Sent) -> Response:
    """Redraw the editor of an existing policy. If the policy was deleted meanwhile, saving says so."""
    stored = await _if_there(policies.get(request.app.state.pool, policy_id))
    return await _page(Edit(request, viewer, _pressed(form), stored), 200)


def _pressed(form: Form) -> Form:
    return to_form(press(read(form), form.value("do")))


async def _blank(_edit: Edit[Policy]) -> Form:
    """A policy with one step that notifies nobody yet."""
    return to_form(blank())


async def _form_of(edit: Edit[Policy]) -> Form:
    return to_form(of_policy(edit.existing))


def _spec_of(edit: Edit[Policy]) -> PolicySpec:
    return edit.form.body(PolicyCreate, values(read(edit.form))).spec()


async def _permit(connection: Connection, edit: Edit[Policy], spec: PolicySpec | None) -> None:
    await permit_own(connection, edit, spec)
    if spec is not None:
        await require_catch_all(connection, edit.viewer, spec, edit.stored)


async def _wrong(edit: Edit[Policy], error: Exception) -> Form:
    return edit.form.wrong(error, names(read(edit.form)))


def _late(form: Form, policy: Policy) -> Form:
    """The form in which steps that were deleted meanwhile count as new ones, should it be saved once more."""
    return to_form(without_ids(read(form), [step.id for step in policy.steps]))


def _gone(form: Form) -> Form:
    return to_form(without_ids(read(deleted_meanwhile(form))))


async def _page(edit: Edit[Policy], status: int) -> Response:
    draft, policy_id = read(edit.form), edit.stored.id if edit.stored else None
    seen = await preview(edit.pool, draft, policy_id, zone_of(edit.request), mails=await can_mail(edit.request))
    saved = await _if_there(policy_list.get(edit.pool, policy_id)) if policy_id else None
    is_whole = fragment_of(edit.request) != "preview"
    shown: dict[str, Any] = {
        "form": replace(draft.form, errors={**seen.errors, **draft.form.errors}),
        "preview": seen,
        "policy": saved,
        **(await _step_fields(edit.pool, edit.viewer, draft, saved) if is_whole else {}),
    }
    return await page(edit.request, edit.viewer, "policies/edit.html.j2", status, **shown)


async def _step_fields(pool: Pool, viewer: Actor, draft: Draft, saved: PolicyRow | None) -> dict[str, Any]:
    """The values of the editor beside its preview."""
    form, myself = draft.form, str(saved.id) if saved else None
    chosen = [saved.catch_all_id if saved else None, id_of(form.value("catch_all"))]
    catch_alls = await policy_choices(pool, viewer, id_of(form.value("team")), chosen)
    return {
        "shown_fields": shown_fields(draft),
        "steps": draft.steps,
        "target_names": await policy_steps.target_names(
            pool, {target.id for step in draft.steps for target in step.targets}
        ),
        "found": await _found(pool, draft),
        "policies": [(value, name) for value, name in catch_alls if value != myself],
        "teams": await owner_choices(pool, viewer, saved, form.value("team")),
    }


async def _if_there(found: Awaitable[T]) -> T | None:
    """The awaited object; None when it was deleted meanwhile."""
    try:
        return await found
    except NotFound:
        return None


async def _found(pool: Pool, draft: Draft) -> Mapping[str, Sequence[StepTargetChoice]]:
    """What each step's search has found, by the text that is looked for."""
    texts = {step.find for step in draft.steps}
    return {text: await policy_steps.find_targets(pool, text, _MOST_FOUND if text else _MOST_OFFERED) for text in texts}


Editor[Policy, PolicySpec](
    path="/policies/{policy_id:uuid}",
    store=policies,
    page=_page,
    blank=_blank,
    form_of=_form_of,
    spec_of=_spec_of,
    permit=_permit,
    wrong=_wrong,
    compared=lambda policy: policy.spec,
    late=_late,
    gone=_gone,
    refused=lambda edit, refused: policy_page(edit.request, edit.viewer, edit.existing.id, 409, refused=refused),
).add_to(router)
