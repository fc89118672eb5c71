"""Schedules: the list, one schedule as a calendar, its editor, overrides and temporary schedules."""
