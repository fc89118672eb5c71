"""What entering a step writes: the move, the cycles that begin, the pages that go out at once."""

from datetime import timedelta
from uuid import UUID

from tocsin.domain.escalation.decisions import Enter
from tocsin.domain.paging.cycle import Cycle, first_tick
from tocsin.engine.batch.write import Work
from tocsin.engine.jobs.alert_entries import entered
from tocsin.engine.jobs.alert_snapshot import Decided
from tocsin.engine.jobs.claimed_pages import ClaimedPages
from tocsin.engine.jobs.cycle import page_to_write
from tocsin.engine.jobs.page import CLAIM
from tocsin.store import row_mapping


def entry(decided: Decided, decision: Enter, claimed: ClaimedPages | None) -> Work:
    """What the function ``enter_step`` is given. ``claimed`` takes the pages that go out at once, unless it is None."""
    step, due = decision.step, decided.alert.state.next_escalation
    every = step.delay if step.ack_by == "everyone" else None
    return {
        "alert_id": decided.alert.id,
        "version": decided.alert.version,
        "policy_id": str(decision.policy_id),
        "caught_from": str(decided.alert.caught_from) if decided.alert.caught_from else None,
        "step_id": str(step.id),
        "step_number": decision.step_number,
        "loop_count": decision.loop_count,
        "due": due.isoformat() if due else None,
        "delay": f"{step.delay.total_seconds()} s",
        "users": [_begun(decided, user.id, every) for user in step.users if user.reachable],
        "repeat_every": f"{every.total_seconds()} s" if every else None,
        "channels": [str(channel) for channel in step.channels],
        "entries": entered(decided.found, decision),
        **_claim(claimed),
    }


def _claim(claimed: ClaimedPages | None) -> Work:
    return {} if claimed is None else {"claimed_by": str(claimed.claimer), "claim": str(CLAIM)}


def _begun(decided: Decided, user_id: UUID, repeat_every: timedelta | None) -> Work:
    """A user whom the step pages, with the pages that go out at once."""
    alert, rules = decided.alert, decided.found.people[user_id].rules
    beginning = Cycle(
        alert_status=alert.state.status,
        started_at=alert.now,
        repeat_every=repeat_every,
        maintenance_until=alert.state.maintenance_until,
        next_tick=alert.now,
    )
    first = first_tick(beginning, [row_mapping.rule(rule) for rule in rules])
    if first is None:
        return {"id": str(user_id)}
    return {
        "id": str(user_id),
        "pages": [page_to_write(page) for page in first.pages],
        "next_in": f"{(first.next_tick - alert.now).total_seconds()} s" if first.next_tick else None,
        "rules": rules,
    }
