"""Every format, by the type of its integration keys: ours, and those that installed packages bring along.

A format is a folder that holds a ``MessageFormat``, and one line that registers it: in ``OURS`` here, or in the
``pyproject.toml`` of another package, as an entry point of the group ``tocsin.ingest``. CONTRIBUTING.md shows how.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from tocsin.db.pool import Queryable
from tocsin.errors import FieldError, InvalidInput
from tocsin.extensions import with_installed
from tocsin.ingest.alertmanager.format import ALERTMANAGER
from tocsin.ingest.formatted_webhook.format import FORMATTED_WEBHOOK
from tocsin.ingest.generic.format import GENERIC
from tocsin.ingest.grafana.format import GRAFANA
from tocsin.ingest.inbound_email.format import INBOUND_EMAIL
from tocsin.ingest.mapped.format import MAPPED
from tocsin.ingest.message_format import KeyOption, KeyOptions, MessageFormat
from tocsin.ingest.opsgenie.format import OPSGENIE
from tocsin.ingest.pagerduty.format import PAGERDUTY
from tocsin.ingest.site24x7.format import SITE24X7
from tocsin.ingest.uptimerobot.format import UPTIMEROBOT
from tocsin.store.references import require_none
from tocsin.store.services import integration_keys

OURS: Sequence[MessageFormat] = (
    GENERIC,
    ALERTMANAGER,
    FORMATTED_WEBHOOK,
    GRAFANA,
    INBOUND_EMAIL,
    MAPPED,
    OPSGENIE,
    PAGERDUTY,
    SITE24X7,
    UPTIMEROBOT,
)

DEFAULT_KEY_TYPE = GENERIC.key_type
ENTRY_POINTS = "tocsin.ingest"


@cache
def formats() -> Mapping[str, MessageFormat]:
    """Every format by its key type, ours first. Raises ConfigurationError when another package's cannot be used."""
    return with_installed(ENTRY_POINTS, MessageFormat, OURS, lambda message_format: message_format.key_type)


def check_options(key_type: str, options: KeyOptions) -> None:
    """Raise InvalidInput unless each is an option of the type's format, and its value one that it can have."""
    message_format = formats().get(key_type)
    offered = {option.name: option for option in message_format.options} if message_format else {}
    require_none(
        [wrong for name, value in options.items() for wrong in _wrong(key_type, offered.get(name), name, value)]
    )


def _wrong(key_type: str, option: KeyOption | None, name: str, value: str) -> Sequence[FieldError]:
    """What is wrong with the value of an option; None stands for one that the type does not have."""
    field = f"options.{name}"
    if option is None:
        return [FieldError(field, f"is no option of a key of the type {key_type}")]
    if option.choices and value not in option.choices:
        choices = " or ".join(map(repr, option.choices))
        return [FieldError(field, f"must be {choices} (it is {value!r})")]
    try:
        if option.check is not None and value.strip():
            option.check(field, value)
    except InvalidInput as error:
        return error.errors
    return ()


async def record_key_types(database: Queryable) -> None:
    """Let the database hold keys of every format. Keys of a format that is gone stay."""
    await integration_keys.allow_types(database, list(formats()))
