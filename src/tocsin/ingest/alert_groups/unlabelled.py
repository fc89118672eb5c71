"""What names an alert or a group that has neither labels nor a key of its own."""

from tocsin.ingest.dedup import fit_dedup
from tocsin.ingest.mending import Mender


def unlabelled(mender: Mender, summary: str, group_key: object = None) -> str:
    """Its summary within its group, so that it is no other alert that is called alike; empty for nothing to name."""
    if not summary:
        return ""
    return fit_dedup(mender, f"{fit_dedup(mender, group_key, 'groupKey') or 'without labels'}: {summary}")
