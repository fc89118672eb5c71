-- name: last_moves
-- Open alerts as the last move of each left it, or as it was made, and whom it paged who has no cycle for it any more.
select
    alerts.id,
    alerts.status,
    coalesce(move.state, 'new') as state,
    move.escalation_policy_id as state_policy_id,
    move.escalation_policy_step_id as step_id,
    move.step_number,
    coalesce(move.loop_count, 0) as loop_count,
    case
        when move.log_id is null then coalesce(alerts.delayed_until, alerts.created_at)
        else move.next_escalation
    end as next_escalation,
    move.caught_from is not null as is_caught,
    false as force_escalation,
    null::uuid as force_step_id,
    acknowledgement_ends(alerts.*, services.*) as acknowledgement_ends,
    move.log_id,
    array(
        select users.id
        from unnest(move.user_ids) as paged (user_id)
        join users on users.id = paged.user_id
        where
            not exists (
                select from notification_policy_cycles as cycles
                where
                    cycles.alert_id = move.alert_id
                    and cycles.escalation_count = move.escalation_count
                    and cycles.user_id = users.id
            )
        order by users.id
    ) as without_cycle
from alerts
join services on services.id = alerts.service_id
left join lateral (
    select
        moves.alert_id, moves.log_id, moves.state, moves.escalation_policy_id, moves.caught_from,
        moves.escalation_policy_step_id, moves.step_number, moves.loop_count, moves.escalation_count,
        moves.next_escalation, moves.user_ids
    from escalation_moves as moves
    where moves.alert_id = alerts.id
    order by moves.log_id desc
    limit 1
) as move on true
where alerts.id = any($1::bigint[]) and alerts.status <> 'closed'

-- name: restore
-- An open alert's row becomes what the move $3 left (null: it has not moved), in state $4 with the next escalation at $5;
-- where it has one, if that is of version $2. Whom the move paged has a cycle again ($6): pages that went out have their
-- rows still, so none of them goes out again.
with open as (
    select alerts.id, alerts.service_id
    from alerts
    where alerts.id = $1 and alerts.status <> 'closed'
    for no key update
),
restored as (
    insert into escalation_policy_state as state (
        alert_id, service_id, escalation_policy_id, caught_from, escalation_policy_step_id, step_number, loop_count,
        escalation_count, state, last_escalation, next_escalation
    )
    select
        open.id, open.service_id, policies.id, move.caught_from, steps.id, move.step_number,
        coalesce(move.loop_count, 0), coalesce(move.escalation_count, 0), $4, move.last_escalation, $5
    from open
    join services on services.id = open.service_id
    left join escalation_moves as move on move.alert_id = open.id and move.log_id = $3
    left join escalation_policies as policies
        on policies.id = case when move.log_id is null then services.escalation_policy_id else move.escalation_policy_id end
    left join escalation_policy_steps as steps on steps.id = move.escalation_policy_step_id
    on conflict (alert_id) do update
    set
        escalation_policy_id = excluded.escalation_policy_id,
        caught_from = excluded.caught_from,
        escalation_policy_step_id = excluded.escalation_policy_step_id,
        step_number = excluded.step_number,
        loop_count = excluded.loop_count,
        state = excluded.state,
        last_escalation = excluded.last_escalation,
        next_escalation = excluded.next_escalation,
        version = state.version + 1
    where state.version = $2
    returning state.alert_id
),
cycles as (
    insert into notification_policy_cycles (
        alert_id, user_id, escalation_count, step_number, loop_count, started_at, repeat_every
    )
    select
        move.alert_id, paged.user_id, move.escalation_count, move.step_number, move.loop_count, move.last_escalation,
        case steps.ack_by when 'everyone' then steps.delay end
    from restored
    join escalation_moves as move on move.alert_id = restored.alert_id and move.log_id = $3
    cross join unnest($6::uuid[]) as paged (user_id)
    left join escalation_policy_steps as steps on steps.id = move.escalation_policy_step_id
    order by paged.user_id
    on conflict (alert_id, escalation_count, user_id) do nothing
)
select true as done from restored
