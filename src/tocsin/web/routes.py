"""Every router of the pages. A new page adds its router here, and its place to `tocsin.web.kit.navigation`."""

from collections.abc import Sequence

from fastapi import APIRouter

from tocsin.web.account import show as account
from tocsin.web.account import sign_in
from tocsin.web.alerts import actions as alerts
from tocsin.web.alerts import link_page as actions
from tocsin.web.alerts import list as alert_lists
from tocsin.web.calendar_feeds import addresses as feed_addresses
from tocsin.web.calendar_feeds import feed as calendar_feed
from tocsin.web.channels import edit as channels
from tocsin.web.engine import health, metrics
from tocsin.web.engine import show as engine
from tocsin.web.kit import assets, live
from tocsin.web.kit import theme as preferences
from tocsin.web.people import contact_methods as reaching
from tocsin.web.people import edit as person_edit
from tocsin.web.people import list as people
from tocsin.web.people import show as person
from tocsin.web.policies import edit as policy_edit
from tocsin.web.policies import show as policies
from tocsin.web.reports import show as reports
from tocsin.web.rotations import edit as rotation_editor
from tocsin.web.rotations import show as rotations
from tocsin.web.schedules import edit as schedule_editor
from tocsin.web.schedules import on_call, overrides
from tocsin.web.schedules import show as schedules
from tocsin.web.schedules import temporary as temporary_schedules
from tocsin.web.services import edit as service_edit
from tocsin.web.services import keys as service_keys
from tocsin.web.services import list as services
from tocsin.web.services import maintenance as maintaining
from tocsin.web.start import home, search, setup
from tocsin.web.teams import show as teams

ROUTERS: Sequence[APIRouter] = (
    account.router,
    actions.router,
    alert_lists.router,
    alerts.router,
    assets.router,
    calendar_feed.router,
    channels.router,
    engine.router,
    feed_addresses.router,
    health.router,
    home.router,
    live.router,
    maintaining.router,
    metrics.router,
    on_call.router,
    overrides.router,
    people.router,
    person.router,
    person_edit.router,
    policies.router,
    policy_edit.router,
    preferences.router,
    reaching.router,
    reports.router,
    rotation_editor.router,
    rotations.router,
    schedule_editor.router,
    schedules.router,
    search.router,
    service_edit.router,
    service_keys.router,
    services.router,
    setup.router,
    sign_in.router,
    teams.router,
    temporary_schedules.router,
)
