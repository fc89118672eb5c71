"""Alerts: the list, one alert and what can be done about it, and the signed links that pages carry."""
