"""Groups of alerts, as Prometheus Alertmanager sends them and Grafana after it.

A key takes a group in one of two ways, which is an option of it: each alert of the group for itself (`each`), or the
group as one alert (`whole`).
"""
