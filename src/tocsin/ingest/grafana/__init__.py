"""Grafana: its webhook contact point, and the notifications of the alerting that it had before version 8."""
