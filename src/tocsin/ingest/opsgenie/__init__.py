"""Opsgenie's alert API, for senders that speak to Opsgenie: https://docs.opsgenie.com/docs/alert-api."""
