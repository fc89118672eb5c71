"""What the form of a new integration key offers."""

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.ingest.message_format import KeyOption
from tocsin.ingest.registry import formats


@dataclass(frozen=True, slots=True)
class KeyChoices:
    """The types with their captions, and each option with the captions of the types that have it."""

    types: Sequence[tuple[str, str]]
    options: Sequence[tuple[KeyOption, Sequence[str]]]


def key_choices() -> KeyChoices:
    """What there is to choose today."""
    found = formats().values()
    captions: dict[str, list[str]] = {}
    options: dict[str, KeyOption] = {}
    for message_format in found:
        for option in message_format.choices:
            options.setdefault(option.name, option)
            captions.setdefault(option.name, []).append(message_format.caption)
    types = [(message_format.key_type, message_format.caption) for message_format in found]
    return KeyChoices(types, [(option, captions[name]) for name, option in options.items()])
