"""The kinds of jobs: each object that can change by itself is moved by a job of one of these."""

JOB_KINDS = (
    "rotation",
    "schedule",
    "policy",
    "service",
    "heartbeat",
    "alert",
    "cycle",
    "page",
    "policy_alerts",
    "claims",
    "closing",
)
"""In the order in which a transaction locks jobs of several kinds. SQL has the same in the table ``job_kinds``."""
