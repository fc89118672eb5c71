"""Small organisations made from a number, written straight into their tables: the same number makes the same one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.fixtures.engine import minutes

from tocsin.db.pool import Pool
from tocsin.domain.maintenance import Window, windows_at

# A zone, and an instant shortly before its clocks change (but for Kathmandu's).
MOMENTS = (
    ("Europe/Berlin", "2027-03-28T00:21:13Z"),
    ("Europe/Berlin", "2027-10-31T00:21:13Z"),
    ("America/New_York", "2027-03-14T06:21:13Z"),
    ("Australia/Lord_Howe", "2027-04-03T14:21:13Z"),
    ("Asia/Kathmandu", "2027-01-01T12:21:13Z"),
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A service to raise alerts on, and its maintenance."""

    service_id: UUID
    expires_at: datetime | None
    windows: Sequence[Window]

    def edges(self, after: datetime, until: datetime) -> set[datetime]:
        """The instants in (after, until] at which its maintenance begins or ends. Weekly windows shift with clocks."""
        found = {self.expires_at} if self.expires_at is not None and after < self.expires_at <= until else set()
        at = windows_at(self.windows, after).next_change
        while at is not None and at <= until:
            found.add(at)
            at = windows_at(self.windows, at).next_change
        return found


@dataclass(slots=True)
class Maker:
    """Writes one organisation as of ``now``; ``phone`` is where everybody is paged."""

    pool: Pool
    random: Random
    now: datetime
    zone: str
    phone: str

    async def organisation(self) -> Organisation:
        users = [await self.user(f"user {number}") for number in range(4)]
        rooms = [await self.room()]
        rotations = [await self.rotation(f"rotation {number}", users) for number in range(2)]
        schedules = [await self.schedule(f"schedule {number}", users, rotations) for number in range(2)]
        targets = {"user": users, "channel": rooms, "rotation": rotations, "schedule": schedules}
        choices = [(kind, each) for kind, ids in targets.items() for each in ids]
        catch_all = await self.policy("catch-all", choices, self.random.choice([0, 0, 1, None]), None)
        caught_by = self.random.choice([catch_all, None])
        policy = await self.policy("policy", choices, self.random.choice([0, 0, 1, 2, None]), caught_by)
        return await self.service(policy)

    async def user(self, name: str) -> UUID:
        """A user with up to two contact methods, one of them perhaps disabled, and rules up to 20 minutes late."""
        user = await self._insert("insert into users (name, email) values ($1, $1) returning id", name)
        for number in range(self.random.choice([0, 1, 1, 2])):
            method = await self._insert(
                "insert into contact_methods (user_id, name, type, address, enabled)"
                " values ($1, 'phone', 'webhook', $2, $3) returning id",
                user,
                f"{self.phone}/{name.replace(' ', '')}/{number}",
                self.random.random() < 0.9,
            )
            for delay in self.random.sample([0, 1, 2, 4, 7, 11, 16, 20], self.random.choice([1, 1, 2])):
                await self._insert(
                    "insert into notification_rules (user_id, contact_method_id, delay) values ($1, $2, $3)"
                    " returning id",
                    user,
                    method,
                    minutes(delay),
                )
        return user

    async def room(self) -> UUID:
        statement = "insert into channels (name, type, address) values ('room', 'webhook', $1) returning id"
        return await self._insert(statement, f"{self.phone}/room")

    async def rotation(self, name: str, users: Sequence[UUID]) -> UUID:
        rotation = await self._insert(
            "insert into rotations (name, time_zone, type, shift_length, start_at)"
            " values ($1, $2, 'hourly', 1, $3) returning id",
            name,
            self.zone,
            self.now + minutes(self.random.randrange(-3000, 3000)),
        )
        for position, user in enumerate(self.random.choices(users, k=self.random.randint(1, 3))):
            await self._insert(
                "insert into rotation_participants (rotation_id, position, user_id) values ($1, $2, $3) returning id",
                rotation,
                position,
                user,
            )
        return rotation

    async def schedule(self, name: str, users: Sequence[UUID], rotations: Sequence[UUID]) -> UUID:
        statement = "insert into schedules (name, time_zone) values ($1, $2) returning id"
        schedule = await self._insert(statement, name, self.zone)
        for position in range(self.random.randint(0, 2)):
            rotation = self.random.choice([None, *rotations])
            await self._insert(
                "insert into schedule_rules"
                " (schedule_id, position, user_id, rotation_id, weekdays, start_time, end_time)"
                " select $1, $2, $3, $4, '{0,1,2,3,4,5,6}', ($5 at time zone $7)::time, ($6 at time zone $7)::time"
                " returning id",
                schedule,
                position,
                self.random.choice(users) if rotation is None else None,
                rotation,
                *self._span(),
                self.zone,
            )
        await self._exceptions(schedule, users)
        return schedule

    async def _exceptions(self, schedule: UUID, users: Sequence[UUID]) -> None:
        """Perhaps an override, and perhaps a temporary schedule."""
        if self.random.random() < 0.6:
            added, removed = self.random.sample(users, 2)
            await self._insert(
                "insert into schedule_overrides (schedule_id, start_at, end_at, add_user_id, remove_user_id)"
                " values ($1, $2, $3, $4, $5) returning id",
                schedule,
                *self._span(),
                added,
                self.random.choice([None, removed]),
            )
        if self.random.random() < 0.3:
            span = self._span()
            temporary = await self._insert(
                "insert into temporary_schedules (schedule_id, start_at, end_at) values ($1, $2, $3) returning id",
                schedule,
                *span,
            )
            await self._insert(
                "insert into temporary_schedule_shifts (temporary_schedule_id, user_id, start_at, end_at)"
                " values ($1, $2, $3, $4) returning id",
                temporary,
                self.random.choice(users),
                *span,
            )

    async def policy(
        self, name: str, choices: Sequence[tuple[str, UUID]], repeat: int | None, catch_all: UUID | None
    ) -> UUID:
        policy = await self._insert(
            "insert into escalation_policies (name, repeat, catch_all_policy_id) values ($1, $2, $3) returning id",
            name,
            repeat,
            catch_all,
        )
        for number in range(self.random.randint(1, 4)):
            step = await self._insert(
                "insert into escalation_policy_steps"
                " (escalation_policy_id, step_number, delay, if_nobody, ack_by) values ($1, $2, $3, $4, $5)"
                " returning id",
                policy,
                number,
                minutes(self.random.randint(4, 15)),
                self.random.choice(["skip", "skip", "wait"]),
                self.random.choice(["anyone", "anyone", "everyone"]),
            )
            for kind, target in self.random.sample(choices, self.random.choice([0, 1, 1, 2])):
                await self._insert(
                    f"insert into escalation_policy_step_targets (escalation_policy_step_id, {kind}_id)"
                    " values ($1, $2) returning id",
                    step,
                    target,
                )
        return policy

    async def service(self, policy: UUID) -> Organisation:
        """Maintenance begins and ends at odd moments, so that it never falls together with an escalation."""
        expires_at = self.random.choice([None, None, self._moment(5) + timedelta(seconds=3)])
        service = await self._insert(
            "insert into services (name, escalation_policy_id, maintenance_expires_at) values ('service', $1, $2)"
            " returning id",
            policy,
            expires_at,
        )
        windows: list[Window] = []
        for number in range(self.random.choice([0, 0, 1, 2])):
            start, end = (edge + timedelta(seconds=11 + number) for edge in self._span())
            weekly = self.random.choice([True, False])
            windows.append(Window(start, min(end, start + minutes(20)), weekly, ZoneInfo(self.zone)))
            await self._insert(
                "insert into maintenance_windows (service_id, start_at, end_at, weekly, time_zone)"
                " values ($1, $2, $3, $4, $5) returning id",
                service,
                windows[-1].start_at,
                windows[-1].end_at,
                weekly,
                self.zone,
            )
        return Organisation(service, expires_at, windows)

    def _span(self) -> tuple[datetime, datetime]:
        start = self._moment(-30)
        return start, start + minutes(self.random.randint(10, 120))

    def _moment(self, earliest: int) -> datetime:
        return self.now + minutes(self.random.randint(earliest, 80))

    async def _insert(self, statement: str, *arguments: object) -> UUID:
        made: UUID = await self.pool.fetchval(statement, *arguments)
        return made
