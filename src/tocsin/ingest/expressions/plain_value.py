"""What an expression gives, as JSON has it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from cel_expr_python import cel


def plain_value(value: cel.Value) -> object:
    """The value; what JSON has no word for becomes text, and objects are in the order of their names, for those of CEL
    have none. Raises TypeError for an optional.

    A null is asked for by its type: before Python 3.12, each None that the library gives takes a reference from it,
    and Python ends when the last is gone.
    """
    if value.type() == cel.Type.NULL:
        return None
    match value.value():
        case str() | bool() | int() | float() as plain:
            return plain
        case list() as items:
            return [plain_value(item) for item in items]
        case Mapping() as fields:
            named = {str(name): inner for name, inner in fields.items()}
            return {name: plain_value(named[name]) for name in sorted(named)}
        case bytes() | bytearray() as octets:
            return octets.decode("utf-8", "replace")
        case datetime() as moment:
            return moment.isoformat()
        case timedelta() as duration:
            return f"{duration.total_seconds():g}s"
        case cel.Type() as named:
            return named.name()
        case other:
            return str(other)
