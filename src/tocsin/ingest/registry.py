"""Every format, by the type of its integration keys: ours, and those that installed packages bring along.

A format is a folder that holds a ``MessageFormat``, and one line that registers it: in ``OURS`` here, or in the
``pyproject.toml`` of another package, as an entry point of the group ``tocsin.ingest``. CONTRIBUTING.md shows how.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from tocsin.db.pool import Queryable
from tocsin.extensions import with_installed
from tocsin.ingest.generic.format import GENERIC
from tocsin.ingest.message_format import MessageFormat
from tocsin.ingest.opsgenie.format import OPSGENIE
from tocsin.ingest.pagerduty.format import PAGERDUTY
from tocsin.store.services import integration_keys

OURS: Sequence[MessageFormat] = (GENERIC, OPSGENIE, PAGERDUTY)

DEFAULT_KEY_TYPE = GENERIC.key_type
ENTRY_POINTS = "tocsin.ingest"


@cache
def formats() -> Mapping[str, MessageFormat]:
    """Every format by its key type, ours first. Raises ConfigurationError when another package's cannot be used."""
    return with_installed(ENTRY_POINTS, MessageFormat, OURS, lambda message_format: message_format.key_type)


async def record_key_types(database: Queryable) -> None:
    """Let the database hold keys of every format. Keys of a format that is gone stay."""
    await integration_keys.allow_types(database, list(formats()))
