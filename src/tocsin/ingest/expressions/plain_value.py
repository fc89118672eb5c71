"""What an expression gives, as JSON has it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from cel_expr_python import cel

ValuePath: TypeAlias = tuple[object, ...]
"""Where in a value another one is: the keys and indexes that lead there."""


def plain_value(value: cel.Value, held: Callable[[ValuePath], object], place: ValuePath = ()) -> object:
    """The value; what JSON has no word for becomes text, and objects are in the order of their names, for those of CEL
    have none. Raises ValueError for an error, with its text.

    ``held`` gives what an optional in a place holds, for the library does not; one that holds nothing is None.

    A null is asked for by its type: before Python 3.12, each None that the library gives takes a reference from it,
    and Python ends when the last is gone.
    """
    if value.type() == cel.Type.NULL:
        return None
    if value.type() == cel.Type.ERROR:
        return _of_optional(value, held, place)
    match value.value():
        case str() | bool() | int() | float() as plain:
            return plain
        case list() as items:
            return [plain_value(item, held, (*place, number)) for number, item in enumerate(items)]
        case Mapping() as fields:
            named = {str(name): plain_value(inner, held, (*place, name)) for name, inner in fields.items()}
            return {name: named[name] for name in sorted(named)}
        case bytes() | bytearray() as octets:
            return octets.decode("utf-8", "replace")
        case datetime() as moment:
            return moment.isoformat()
        case timedelta() as duration:
            return f"{duration.total_seconds():g}s"
        case cel.Type() as named_type:
            return named_type.name()
        case other:
            return str(other)


def _of_optional(value: cel.Value, held: Callable[[ValuePath], object], place: ValuePath) -> object:
    """What is in an optional; the library gives that and an error as the same type, which only their texts tell."""
    text = str(value)
    if text == "optional.none()":
        return None
    if text.startswith("optional.of("):
        return held(place)
    raise ValueError(text)
