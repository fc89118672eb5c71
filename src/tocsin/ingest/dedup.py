"""A sender's own name for what its messages are about, made fit to be a deduplication key."""

from tocsin.domain.dedup_key import MAX_DEDUP, fitting
from tocsin.ingest.mending import Mender


def fit_dedup(mender: Mender, given: object, field: str = "dedup") -> str:
    """One line of at most 512 characters; empty when the sender names nothing. ``field`` is what notes call it."""
    dedup = mender.line(field, given)
    if len(dedup) > MAX_DEDUP:
        mender.note(field, f"over {MAX_DEDUP} characters (it has {len(dedup)}), its end replaced by a hash of it")
    return fitting(dedup)
