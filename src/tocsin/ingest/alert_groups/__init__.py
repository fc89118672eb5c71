"""Groups of alerts, as Prometheus Alertmanager sends them and Grafana after it.

An option of the key says what a group becomes: an alert for each of its alerts (`separate_alerts`), or one alert
(`one_alert`).
"""
