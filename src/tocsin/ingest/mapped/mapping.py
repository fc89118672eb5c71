"""The expressions of a key, ready to be evaluated: what a payload has in its items, and what an item gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tocsin.errors import FieldError, InvalidInput, Unmapped
from tocsin.ingest.expressions.expression import Expression, compile_expression
from tocsin.ingest.expressions.failure import ExpressionFailed
from tocsin.ingest.expressions.values import Values, read_values
from tocsin.ingest.mapped.options import ITEMS, OPTIONS, variables_of
from tocsin.ingest.message_format import KeyOptions

MAX_ITEMS = 500


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """An expression by the name of its option. Options that are not set have none."""

    expressions: Mapping[str, Expression]

    @classmethod
    def of(cls, options: KeyOptions) -> "FieldMapping":
        """The mapping that a key is set to. Raises Unmapped for none, and for one that cannot be used any more."""
        given = {option.name: source for option in OPTIONS if (source := options.get(option.name, "").strip())}
        if not given:
            raise Unmapped(FieldError("options", "the key has no mapping yet"))
        try:
            return cls(
                {name: compile_expression(f"options.{name}", it, variables_of(name)) for name, it in given.items()}
            )
        except InvalidInput as error:
            raise Unmapped(*error.errors) from None

    def items(self, payload: object) -> Iterator["MappedItem"]:
        """The items of a payload; itself when there is no expression for them. Raises Unmapped for more than 500."""
        try:
            values = read_values({"payload": payload})
        except ExpressionFailed as error:
            raise Unmapped(FieldError("body", str(error))) from None
        items, problem = self._items(values)
        if len(items) > MAX_ITEMS:
            raise Unmapped(FieldError(ITEMS, f"may give {MAX_ITEMS} at most (it gives {len(items)})"))
        for item in items:
            yield MappedItem(self.expressions, values.with_value("item", item), dict(problem))

    def _items(self, values: Values) -> tuple[list[object], Mapping[str, str]]:
        """The items, and what is wrong with them; the payload is the only one when the expression gives none."""
        whole = values.fit["payload"]
        if ITEMS not in self.expressions:
            return [whole], {}
        try:
            found = self.expressions[ITEMS].evaluate(values)
        except ExpressionFailed as error:
            return [whole], {ITEMS: f"{error}, so the payload is taken for one"}
        if isinstance(found, list):
            return found, {}
        given = "nothing" if found is None else "no list"
        return [whole], {ITEMS: f"gives {given}, so the payload is taken for one"}


@dataclass(frozen=True, slots=True)
class MappedItem:
    """An item of a payload. ``problems`` says why an expression gives nothing, by the name of its option."""

    expressions: Mapping[str, Expression]
    values: Values
    problems: dict[str, str]

    def value(self, name: str) -> object:
        """What the expression of an option gives; None when it is not set or fails. A number or truth value is text."""
        if (expression := self.expressions.get(name)) is None:
            return None
        try:
            return as_plain(expression.evaluate(self.values))
        except ExpressionFailed as error:
            self.problems[name] = str(error)
            return None


def as_plain(value: object) -> object:
    """A number or truth value as the text that people write for it; any other value as it is."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"{value:.15g}"
        case _:
            return value
