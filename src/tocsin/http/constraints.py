"""The database's constraints, each with the field that it is about and the sentence for a caller who violates it."""

from dataclasses import dataclass

import asyncpg

from tocsin.errors import FieldError

_TAKEN = {
    "users_email_key": FieldError("email", "is already used by another user"),
    "teams_name_key": FieldError("name", "is already used by another team"),
    "channels_name_key": FieldError("name", "is already used by another channel"),
    "escalation_policies_name_key": FieldError("name", "is already used by another escalation policy"),
    "rotations_name_key": FieldError("name", "is already used by another rotation"),
    "schedules_name_key": FieldError("name", "is already used by another schedule"),
    "services_name_key": FieldError("name", "is already used by another service"),
    "contact_methods_address_key": FieldError("address", "is already one of this user's contact methods"),
    "notification_rules_delay_key": FieldError(
        "delay_seconds", "this contact method already has a rule with this delay"
    ),
    "team_members_pkey": FieldError("members", "a user is listed twice"),
}

_UNKNOWN = {
    "services_escalation_policy_id_fkey": FieldError("escalation_policy_id", "is no escalation policy"),
    "services_team_id_fkey": FieldError("team_id", "is no team"),
    "channels_team_id_fkey": FieldError("team_id", "is no team"),
    "escalation_policies_team_id_fkey": FieldError("team_id", "is no team"),
    "escalation_policies_catch_all_policy_id_fkey": FieldError("catch_all_policy_id", "is no escalation policy"),
    "rotations_team_id_fkey": FieldError("team_id", "is no team"),
    "rotation_participants_user_id_fkey": FieldError("participants", "one of them is no user"),
    "schedules_team_id_fkey": FieldError("team_id", "is no team"),
    "schedule_rules_user_id_fkey": FieldError("rules", "one of the targets is no user"),
    "schedule_rules_rotation_id_fkey": FieldError("rules", "one of the targets is no rotation"),
    "schedule_overrides_add_user_id_fkey": FieldError("add_user_id", "is no user"),
    "schedule_overrides_remove_user_id_fkey": FieldError("remove_user_id", "is no user"),
    "temporary_schedule_shifts_user_id_fkey": FieldError("shifts", "one of them is of no user"),
    "team_members_user_id_fkey": FieldError("members", "one of them is no user"),
    "contact_methods_user_id_fkey": FieldError("user_id", "is no user"),
    "notification_rules_user_id_fkey": FieldError("user_id", "is no user"),
    "notification_rules_contact_method_id_fkey": FieldError("contact_method_id", "is no contact method"),
    "api_tokens_user_id_fkey": FieldError("user_id", "is no user"),
    "integration_keys_service_id_fkey": FieldError("service_id", "is no service"),
    "integration_keys_type_fkey": FieldError("type", "is no type of integration key"),
    "escalation_policy_step_targets_user_id_fkey": FieldError("steps", "one of the targets is no user"),
    "escalation_policy_step_targets_channel_id_fkey": FieldError("steps", "one of the targets is no channel"),
    "escalation_policy_step_targets_rotation_id_fkey": FieldError("steps", "one of the targets is no rotation"),
    "escalation_policy_step_targets_schedule_id_fkey": FieldError("steps", "one of the targets is no schedule"),
}

_IN_USE = {
    "routing_rules_service_id_fkey": FieldError("id", "a routing rule of another service sends alerts to this one"),
    "channels_team_id_fkey": FieldError("id", "a channel carries this team"),
    "escalation_policies_team_id_fkey": FieldError("id", "an escalation policy carries this team"),
    "rotations_team_id_fkey": FieldError("id", "a rotation carries this team"),
    "schedules_team_id_fkey": FieldError("id", "a schedule carries this team"),
    "services_team_id_fkey": FieldError("id", "a service carries this team"),
    "services_escalation_policy_id_fkey": FieldError("id", "a service uses this escalation policy"),
    "escalation_policies_catch_all_policy_id_fkey": FieldError("id", "it is the catch-all of another policy"),
    "schedule_rules_rotation_id_fkey": FieldError("id", "a schedule uses this rotation"),
    "escalation_policy_step_targets_user_id_fkey": FieldError("id", "an escalation policy notifies this user"),
    "escalation_policy_step_targets_channel_id_fkey": FieldError("id", "an escalation policy notifies this channel"),
    "rotation_participants_user_id_fkey": FieldError("id", "a rotation has this user as a participant"),
    "schedule_rules_user_id_fkey": FieldError("id", "a schedule's rule names this user"),
    "schedule_overrides_add_user_id_fkey": FieldError("id", "an override adds this user"),
    "schedule_overrides_remove_user_id_fkey": FieldError("id", "an override removes this user"),
    "temporary_schedule_shifts_user_id_fkey": FieldError("id", "a temporary schedule has a shift of this user"),
    "escalation_policy_step_targets_rotation_id_fkey": FieldError("id", "an escalation policy uses this rotation"),
    "escalation_policy_step_targets_schedule_id_fkey": FieldError("id", "an escalation policy uses this schedule"),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """What a violated constraint means to the caller."""

    status: int
    error: FieldError


def explain(error: asyncpg.IntegrityConstraintViolationError, *, deleting: bool) -> Violation | None:
    """The violation in the caller's words; None for a constraint that no request should be able to break."""
    name = str(error.constraint_name)
    found = (_IN_USE.get(name) if deleting else None) or _TAKEN.get(name) or _UNKNOWN.get(name)
    if found is None:
        return None
    return Violation(422 if name in _UNKNOWN and not deleting else 409, found)
