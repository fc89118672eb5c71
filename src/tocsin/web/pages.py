"""Every router of the pages. A new page adds its router here, and its place to `tocsin.web.navigation`."""

from collections.abc import Sequence

from fastapi import APIRouter

from tocsin.web import (
    account,
    actions,
    alert_lists,
    alerts,
    assets,
    calendar_feed,
    channels,
    engine,
    health,
    home,
    live,
    metrics,
    people,
    person,
    person_edit,
    policies,
    preferences,
    reaching,
    services,
    setup,
    sign_in,
    teams,
)

ROUTERS: Sequence[APIRouter] = (
    account.router,
    actions.router,
    alert_lists.router,
    alerts.router,
    assets.router,
    calendar_feed.router,
    channels.router,
    engine.router,
    health.router,
    home.router,
    live.router,
    metrics.router,
    people.router,
    person.router,
    person_edit.router,
    policies.router,
    preferences.router,
    reaching.router,
    services.router,
    setup.router,
    sign_in.router,
    teams.router,
)
