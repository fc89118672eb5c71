"""Grafana OnCall's formatted webhook: what scripts and tools send that were written for it."""
