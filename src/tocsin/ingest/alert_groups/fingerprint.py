"""The fingerprint of an alert, for senders that leave it out."""

from collections.abc import Mapping

from tocsin.ingest.mending import written

_OFFSET = 14695981039346656037
_PRIME = 1099511628211
_SEPARATOR = b"\xff"


def fingerprint(labels: Mapping[str, object]) -> str:
    """What Prometheus computes from the labels (github.com/prometheus/common, model/signature.go): FNV-1a, 64 bits."""
    total = _OFFSET
    for name, value in sorted(labels.items()):
        text = value if isinstance(value, str) else written(value)
        for part in (name, text):
            for byte in part.encode("utf-8", "surrogatepass") + _SEPARATOR:
                total = ((total ^ byte) * _PRIME) & 0xFFFFFFFFFFFFFFFF
    return f"{total:016x}"
