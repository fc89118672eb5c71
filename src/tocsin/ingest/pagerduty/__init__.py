"""PagerDuty's Events API, versions 1 and 2, with its change events: for senders that speak to PagerDuty."""
