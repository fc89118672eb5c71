-- Of several overdue pages of one alert to one contact method only the latest is sent, of whichever cycles they are (N1).

-- The cycles of an alert that still have something to do.
create index notification_policy_cycles_waiting_idx on notification_policy_cycles (alert_id)
where next_tick is not null;

-- Whether the object's job runs now or is about to, within an interval. One that has failed, or that an engine took and
-- did not finish, is not: nobody waits for it.
create function engine_job_is_coming(job_kind text, object_id text, ahead interval) returns boolean
language plpgsql stable as $$
begin
    return exists (
        select from pgqueuer as job
        where
            job.entrypoint = job_kind
            and job.payload = convert_to(object_id, 'UTF8')
            and (
                (job.status = 'queued' and job.attempts = 0 and job.execute_after <= now() + ahead)
                or (job.status = 'picked' and job.updated > now() - interval '5 seconds')
            )
    );
end $$;

-- Whether a later page of the alert to the same destination waits, is being sent or was.
create function later_page_goes(page outgoing_messages) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from outgoing_messages as later
        where
            later.alert_id = page.alert_id
            and (later.contact_method_id = page.contact_method_id or later.channel_id = page.channel_id)
            and (later.created_at, later.escalation_count) > (page.created_at, page.escalation_count)
            and later.status in ('pending', 'sending', 'sent', 'delivered')
    );
end $$;
