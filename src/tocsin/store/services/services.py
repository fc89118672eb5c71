"""Services: what alerts are about, each with one escalation policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tocsin.db.pool import Connection, Queryable
from tocsin.db.sql import Statements
from tocsin.errors import Conflict, NotFound
from tocsin.store.pagination import Position, Slice, bounds, cut
from tocsin.store.references import Reference, names_of_uses, past, require_none, unknown, use_errors

_sql = Statements(__package__, "services.sql")

USUAL_FLAP_WITHIN = timedelta(minutes=10)
OPEN_ALERT_LIMIT = 500
MOST_OPEN_ALERTS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """The fields that users set; ``team_id`` None is everybody's.

    Escalations are held until ``maintenance_expires_at``, but for alerts that a pattern of ``maintenance_exceptions``
    matches. An acknowledgement holds for ``ack_timeout``, or for good when that is None. An alert that is left alone
    for ``auto_close_after`` closes by itself; so does one that flaps, once it has been well for ``flap_within``: its
    source has closed it ``flap_count`` times within that (None: no alert flaps). Of what monitoring reports
    ``open_alert_limit`` alerts are open at most, others roll up into one; None is no limit.
    """

    name: str
    escalation_policy_id: UUID
    description: str = ""
    maintenance_expires_at: datetime | None = None
    team_id: UUID | None = None
    maintenance_exceptions: Sequence[str] = ()
    ack_timeout: timedelta | None = None
    auto_close_after: timedelta | None = None
    flap_count: int | None = None
    flap_within: timedelta = USUAL_FLAP_WITHIN
    open_alert_limit: int | None = OPEN_ALERT_LIMIT

    @property
    def columns(self) -> tuple[object, ...]:
        """The values of its row, in the order in which the statements take them."""
        maintenance = (self.maintenance_expires_at, list(self.maintenance_exceptions))
        closing = (self.auto_close_after, self.flap_count, self.flap_within)
        fixed = (self.team_id, self.name, self.description, self.escalation_policy_id)
        return (*fixed, *maintenance, self.ack_timeout, *closing, self.open_alert_limit)


@dataclass(frozen=True, slots=True)
class Service:
    """A service as its row says."""

    id: UUID
    team_id: UUID | None
    name: str
    description: str
    escalation_policy_id: UUID
    maintenance_expires_at: datetime | None
    maintenance_exceptions: Sequence[str]
    ack_timeout: timedelta | None
    created_at: datetime
    auto_close_after: timedelta | None
    flap_count: int | None
    flap_within: timedelta
    open_alert_limit: int | None

    @property
    def spec(self) -> ServiceSpec:
        return ServiceSpec(
            name=self.name,
            escalation_policy_id=self.escalation_policy_id,
            description=self.description,
            maintenance_expires_at=self.maintenance_expires_at,
            team_id=self.team_id,
            maintenance_exceptions=self.maintenance_exceptions,
            ack_timeout=self.ack_timeout,
            auto_close_after=self.auto_close_after,
            flap_count=self.flap_count,
            flap_within=self.flap_within,
            open_alert_limit=self.open_alert_limit,
        )


async def create(connection: Connection, spec: ServiceSpec) -> Service:
    """Raises InvalidInput for an unknown team or policy, and for a maintenance that is over already."""
    await _check(connection, spec, None)
    row = await connection.fetchrow(_sql["insert"], *spec.columns)
    assert row is not None
    return Service(**row)


async def get(database: Queryable, service_id: UUID) -> Service:
    """Raises NotFound."""
    return await _one(database, "get", service_id)


async def lock(connection: Connection, service_id: UUID) -> Service:
    """The service as it is until the transaction ends. Raises NotFound."""
    return await _one(connection, "lock", service_id)


async def hold(connection: Connection, service_id: UUID) -> Service:
    """The service as it is until the transaction ends, while alerts are raised on it. Raises NotFound.

    It is for changes of the service's integration keys: a sender that has noted the use of its key raises alerts next.
    A locked service would let it wait for whoever waits for the key.
    """
    return await _one(connection, "hold", service_id)


async def named(database: Queryable, name: str) -> UUID | None:
    """The id of the one with this name, in whatever case."""
    found: UUID | None = await database.fetchval(_sql["named"], name)
    return found


async def page(database: Queryable, q: str | None, after: Position | None, limit: int) -> Slice[Service]:
    rows = await database.fetch(_sql["list"], q, *bounds(after), limit + 1)
    return cut([Service(**row) for row in rows], limit)


async def update(connection: Connection, service: Service, spec: ServiceSpec) -> Service:
    """Change a service that is locked. Raises InvalidInput as ``create`` does, for what is new."""
    await _check(connection, spec, service.maintenance_expires_at)
    row = await connection.fetchrow(_sql["update"], service.id, *spec.columns)
    assert row is not None
    return Service(**row)


async def delete(connection: Connection, service_id: UUID) -> None:
    """Delete a service that is locked. Raises Conflict while it has open alerts, or routing rules send alerts to it."""
    if open_alerts := await connection.fetchval(_sql["open_alerts"], service_id):
        uses = await connection.fetch(_sql["uses"], service_id)
        what = f"{open_alerts} open alert{'' if open_alerts == 1 else 's'}"
        raise Conflict(f"the service has {what}: close them first", *use_errors(uses))
    if uses := await connection.fetch(_sql["routed_from"], service_id):
        raise Conflict(f"routing rules send alerts here: those of {names_of_uses(uses)}", *use_errors(uses))
    await connection.execute(_sql["hold_state"], service_id)
    await connection.execute(_sql["delete"], service_id)


async def _one(database: Queryable, statement: str, service_id: UUID) -> Service:
    if row := await database.fetchrow(_sql[statement], service_id):
        return Service(**row)
    raise NotFound("no such service")


async def _check(connection: Connection, spec: ServiceSpec, maintenance_before: datetime | None) -> None:
    references = [
        Reference("team_id", "team", spec.team_id),
        Reference("escalation_policy_id", "escalation policy", spec.escalation_policy_id),
    ]
    is_new = spec.maintenance_expires_at != maintenance_before
    over = await past(connection, "maintenance_expires_at", spec.maintenance_expires_at) if is_new else ()
    require_none([*await unknown(connection, references), *over])
