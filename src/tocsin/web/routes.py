"""Every router of the pages. A new page adds its router here, and its place to `tocsin.web.kit.navigation`."""

from collections.abc import Sequence

from fastapi import APIRouter

from tocsin.web.account.show import router as account_show
from tocsin.web.account.sign_in import router as sign_in
from tocsin.web.alerts.actions import router as alert_actions
from tocsin.web.alerts.link_page import router as alert_link_page
from tocsin.web.alerts.list import router as alert_list
from tocsin.web.alerts.notes import router as alert_notes
from tocsin.web.alerts.payloads import router as alert_payloads
from tocsin.web.alerts.show import router as alert_show
from tocsin.web.calendar_feeds.addresses import router as calendar_feed_addresses
from tocsin.web.calendar_feeds.feed import router as calendar_feed
from tocsin.web.channels.edit import router as channel_edit
from tocsin.web.channels.list import router as channel_list
from tocsin.web.engine.health import router as health
from tocsin.web.engine.metrics import router as metrics
from tocsin.web.engine.show import router as engine_show
from tocsin.web.heartbeats.edit import router as heartbeat_edit
from tocsin.web.heartbeats.show import router as heartbeat_show
from tocsin.web.kit.assets import router as assets
from tocsin.web.kit.live import router as live
from tocsin.web.kit.theme import router as theme
from tocsin.web.people.contact_methods import router as contact_methods
from tocsin.web.people.edit import router as person_edit
from tocsin.web.people.list import router as person_list
from tocsin.web.people.show import router as person_show
from tocsin.web.policies.edit import router as policy_edit
from tocsin.web.policies.list import router as policy_list
from tocsin.web.policies.show import router as policy_show
from tocsin.web.reports.show import router as report_show
from tocsin.web.rotations.edit import router as rotation_edit
from tocsin.web.rotations.list import router as rotation_list
from tocsin.web.rotations.show import router as rotation_show
from tocsin.web.schedules.edit import router as schedule_edit
from tocsin.web.schedules.list import router as schedule_list
from tocsin.web.schedules.on_call import router as on_call
from tocsin.web.schedules.overrides import router as schedule_overrides
from tocsin.web.schedules.show import router as schedule_show
from tocsin.web.schedules.temporary import router as schedule_temporary
from tocsin.web.services.edit import router as service_edit
from tocsin.web.services.keys import router as service_keys
from tocsin.web.services.list import router as service_list
from tocsin.web.services.maintenance import router as service_maintenance
from tocsin.web.services.mapping import router as service_mapping
from tocsin.web.services.quarantine import router as service_quarantine
from tocsin.web.services.routing import router as service_routing
from tocsin.web.services.show import router as service_show
from tocsin.web.services.suppressed import router as service_suppressed
from tocsin.web.start.home import router as home
from tocsin.web.start.search import router as search
from tocsin.web.start.setup import router as setup
from tocsin.web.teams.edit import router as team_edit
from tocsin.web.teams.show import router as team_show

ROUTERS: Sequence[APIRouter] = (
    account_show,
    sign_in,
    alert_list,
    alert_show,
    alert_actions,
    alert_notes,
    alert_link_page,
    alert_payloads,
    calendar_feed,
    calendar_feed_addresses,
    channel_list,
    channel_edit,
    engine_show,
    health,
    metrics,
    assets,
    live,
    theme,
    person_list,
    person_show,
    person_edit,
    contact_methods,
    policy_list,
    policy_show,
    policy_edit,
    report_show,
    rotation_list,
    rotation_show,
    rotation_edit,
    schedule_list,
    schedule_show,
    schedule_edit,
    on_call,
    schedule_overrides,
    schedule_temporary,
    service_list,
    service_show,
    service_edit,
    service_keys,
    service_maintenance,
    heartbeat_edit,
    heartbeat_show,
    service_quarantine,
    service_mapping,
    service_routing,
    service_suppressed,
    home,
    search,
    setup,
    team_edit,
    team_show,
)
