"""Every format, by the type of its integration keys: ours, and those that installed packages bring along.

A format is a folder that holds a ``MessageFormat``, and one line that registers it: in ``OURS`` here, or in the
``pyproject.toml`` of another package, as an entry point of the group ``tocsin.ingest``. CONTRIBUTING.md shows how.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from tocsin.db.pool import Database
from tocsin.errors import ConfigurationError
from tocsin.ingest.generic.format import GENERIC
from tocsin.ingest.message_format import MessageFormat
from tocsin.store.services import integration_keys

OURS: Sequence[MessageFormat] = (GENERIC,)

DEFAULT_KEY_TYPE = GENERIC.key_type
ENTRY_POINTS = "tocsin.ingest"


@cache
def formats() -> Mapping[str, MessageFormat]:
    """Every format by its key type, ours first. Raises ConfigurationError when another package's cannot be used."""
    found = {message_format.key_type: message_format for message_format in OURS}
    for entry_point in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry_point: entry_point.name):
        message_format = _loaded(entry_point)
        if message_format.key_type in found:
            raise ConfigurationError(
                f"two formats are called '{message_format.key_type}', one of them {entry_point.value}"
            )
        found[message_format.key_type] = message_format
    return found


async def record_key_types(database: Database) -> None:
    """Let the database hold keys of every format. Keys of a format that is gone stay."""
    await integration_keys.allow_types(database, list(formats()))


def _loaded(entry_point: EntryPoint) -> MessageFormat:
    try:
        loaded = entry_point.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"the format {entry_point.value} cannot be imported: {reason}") from error
    if not isinstance(loaded, MessageFormat):
        raise ConfigurationError(f"the format {entry_point.value} is not a MessageFormat")
    return loaded
