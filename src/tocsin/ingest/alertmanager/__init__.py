"""Prometheus Alertmanager: what its `webhook_configs` send."""
