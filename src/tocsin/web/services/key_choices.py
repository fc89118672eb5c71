"""What the form of a new integration key offers."""

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.ingest.message_format import KeyOption, MessageFormat
from tocsin.ingest.registry import formats
from tocsin.settings import Settings


@dataclass(frozen=True, slots=True)
class KeyChoices:
    """The types with captions, each option with the formats that have it, and what stands in the way of a format."""

    types: Sequence[tuple[str, str]]
    options: Sequence[tuple[KeyOption, Sequence[MessageFormat]]]
    obstacles: Sequence[tuple[MessageFormat, str]]


def key_choices(settings: Settings) -> KeyChoices:
    """What there is to choose today."""
    found = list(formats().values())
    having: dict[str, list[MessageFormat]] = {}
    options: dict[str, KeyOption] = {}
    for message_format in found:
        for option in message_format.choices:
            options.setdefault(option.name, option)
            having.setdefault(option.name, []).append(message_format)
    types = [(message_format.key_type, message_format.caption) for message_format in found]
    obstacles = [(one, text) for one in found if (text := one.obstacle(settings))]
    return KeyChoices(types, [(option, having[name]) for name, option in options.items()], obstacles)
