"""Every router of the pages. A new page adds its router here, and its place to `tocsin.web.navigation`."""

from collections.abc import Sequence

from fastapi import APIRouter

from tocsin.web import actions, alert_lists, alerts, assets, health, home, live, metrics, preferences, sign_in

ROUTERS: Sequence[APIRouter] = (
    actions.router,
    alert_lists.router,
    alerts.router,
    assets.router,
    health.router,
    home.router,
    live.router,
    metrics.router,
    preferences.router,
    sign_in.router,
)
