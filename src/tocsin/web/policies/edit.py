"""The editor of an escalation policy, which is the ladder itself, with a live preview beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.policies import PolicyCreate, require_catch_all
from tocsin.db.pool import Pool
from tocsin.errors import Conflict, NotFound
from tocsin.http.access import require_edit, require_make, require_move
from tocsin.http.auth import Database
from tocsin.store.actor import Actor, acting
from tocsin.store.policies import policies, policy_list, policy_steps
from tocsin.store.policies.policy_list import PolicyRow
from tocsin.store.policies.policy_steps import StepTargetChoice
from tocsin.web.kit.choices import id_of, owner_choices, policy_choices
from tocsin.web.kit.edit_conflicts import gone, is_stale, late, seeing
from tocsin.web.kit.flash import see_other
from tocsin.web.kit.forms import EDITOR_ERRORS, Sent, status_of
from tocsin.web.kit.mailing import can_mail
from tocsin.web.kit.refusals import refusal
from tocsin.web.kit.render import fragment_of, page
from tocsin.web.kit.viewer import Viewer
from tocsin.web.kit.zone import zone_of
from tocsin.web.policies.draft import Draft, blank, names, of_policy, press, read, shown_fields, values, without_ids
from tocsin.web.policies.preview import preview
from tocsin.web.policies.show import policy_page

router = APIRouter(include_in_schema=False)

_MOST_FOUND = 6
_MOST_OFFERED = 3


@router.get("/policies/new")
async def show_new(request: Request, viewer: Viewer) -> Response:
    """A policy with one step that notifies nobody yet."""
    return await _page(request, viewer, blank())


@router.post("/policies/new")
async def create(request: Request, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Save a new policy."""
    draft = read(form)
    try:
        body = form.body(PolicyCreate, values(draft))
        require_make(viewer, body.team_id)
        async with acting(pool, viewer) as connection:
            await require_catch_all(connection, viewer, body.spec())
            policy = await policies.create(connection, body.spec())
    except EDITOR_ERRORS as error:
        return await _page(request, viewer, _wrong(draft, error), status=status_of(error))
    return see_other(f"/policies/{policy.id}", "Saved.")


@router.post("/policies/draft")
async def draft_new(request: Request, viewer: Viewer, form: Sent) -> Response:
    """The editor, or what htmx asks of it, after a press or a change. Saves nothing."""
    return await _page(request, viewer, press(read(form), form.value("do")))


@router.post("/policies/{policy_id:uuid}/draft")
async def draft_change(request: Request, policy_id: UUID, viewer: Viewer, form: Sent) -> Response:
    """As for a new policy."""
    return await _page(request, viewer, press(read(form), form.value("do")), policy_id)


@router.get("/policies/{policy_id:uuid}/edit")
async def show_edit(request: Request, policy_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """The editor with what is saved."""
    policy = await policies.get(pool, policy_id)
    require_edit(viewer, policy.team_id)
    draft = of_policy(policy)
    return await _page(request, viewer, replace(draft, form=seeing(draft.form, policy.spec)), policy_id)


@router.post("/policies/{policy_id:uuid}/edit")
async def save(request: Request, policy_id: UUID, viewer: Viewer, pool: Database, form: Sent) -> Response:
    """Change the policy, unless somebody else has done so since the editor was opened."""
    draft = read(form)
    try:
        body = form.body(PolicyCreate, values(draft))
        async with acting(pool, viewer) as connection:
            policy = await policies.lock(connection, policy_id)
            require_move(viewer, policy.team_id, body.team_id)
            await require_catch_all(connection, viewer, body.spec(), policy)
            is_late = is_stale(form, policy.spec)
            if not is_late:
                await policies.update(connection, policy, body.spec())
    except EDITOR_ERRORS as error:
        return await _page(request, viewer, _wrong(draft, error), policy_id, status_of(error))
    except NotFound:
        return await _page(request, viewer, replace(without_ids(draft), form=gone(form)), status=409)
    if is_late:
        kept = without_ids(draft, [step.id for step in policy.steps])
        return await _page(request, viewer, replace(kept, form=late(form, policy.spec)), policy_id, 409)
    return see_other(f"/policies/{policy_id}", "Saved.")


@router.post("/policies/{policy_id:uuid}/delete")
async def delete(request: Request, policy_id: UUID, viewer: Viewer, pool: Database) -> Response:
    """Delete the policy, or name what uses it."""
    try:
        async with acting(pool, viewer) as connection:
            policy = await policies.lock(connection, policy_id)
            require_edit(viewer, policy.team_id)
            await policies.delete(connection, policy_id)
    except Conflict as error:
        return await policy_page(request, viewer, policy_id, 409, refused=refusal(error))
    return see_other("/policies", f"{policy.name} is deleted.")


def _wrong(draft: Draft, error: Exception) -> Draft:
    return replace(draft, form=draft.form.wrong(error, names(draft)))


async def _page(
    request: Request, viewer: Actor, draft: Draft, policy_id: UUID | None = None, status: int = 200
) -> Response:
    pool: Pool = request.app.state.pool
    seen = await preview(pool, draft, policy_id, zone_of(request), mails=await can_mail(request))
    form = replace(draft.form, errors={**seen.errors, **draft.form.errors})
    saved = await _saved(pool, policy_id) if policy_id else None
    shown: dict[str, Any] = {
        "form": form,
        "preview": seen,
        "policy": saved,
        **(await _ladder(pool, viewer, draft, saved) if fragment_of(request) != "preview" else {}),
    }
    return await page(request, viewer, "policies/edit.html.j2", status, **shown)


async def _ladder(pool: Pool, viewer: Actor, draft: Draft, saved: PolicyRow | None) -> dict[str, Any]:
    """What is shown beside the preview."""
    form, myself = draft.form, str(saved.id) if saved else None
    chosen = [saved.catch_all_id if saved else None, id_of(form.value("catch_all"))]
    catch_alls = await policy_choices(pool, viewer, id_of(form.value("team")), chosen)
    return {
        "shown_fields": shown_fields(draft),
        "steps": draft.steps,
        "target_names": await policy_steps.target_names(pool, {one.id for step in draft.steps for one in step.targets}),
        "found": await _found(pool, draft),
        "policies": [(value, name) for value, name in catch_alls if value != myself],
        "teams": await owner_choices(pool, viewer, saved, form.value("team")),
    }


async def _saved(pool: Pool, policy_id: UUID) -> PolicyRow | None:
    """The policy as it is saved; None when it was deleted meanwhile, which saving will tell."""
    try:
        return await policy_list.get(pool, policy_id)
    except NotFound:
        return None


async def _found(pool: Pool, draft: Draft) -> Mapping[str, Sequence[StepTargetChoice]]:
    """What each step's search has found, by the text that is looked for."""
    texts = {step.find for step in draft.steps}
    return {text: await policy_steps.find_targets(pool, text, _MOST_FOUND if text else _MOST_OFFERED) for text in texts}
