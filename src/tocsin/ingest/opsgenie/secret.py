"""Where a request has its API key."""

from starlette.datastructures import Headers

from tocsin.ingest.parameters import Parameters
from tocsin.ingest.secret import read_secret

KEY_TYPE = "opsgenie"


def read_key(headers: Headers, query: Parameters) -> str | None:
    """The key of ``Authorization: GenieKey …``, of the query's ``apiKey``, or wherever other senders put theirs."""
    scheme, _, value = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "geniekey":
        return value.strip() or None
    return query.first("apiKey", "apikey") or read_secret(headers, query)
