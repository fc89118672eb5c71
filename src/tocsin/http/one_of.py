"""A field whose value is one of the names that a registry has."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import (
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic_core.core_schema import CoreSchema, no_info_before_validator_function


@dataclass(frozen=True, slots=True)
class OneOf:
    """Annotates text that must be one of the names that a registry has at the time.

    What is read back is only described so, and not checked: a row may name what is registered no more.
    """

    names: Callable[[], Collection[str]]
    is_checked: bool = True

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._check, handler(source)) if self.is_checked else handler(source)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        names = list(self.names())
        return {**handler(schema), **({"enum": names} if len(names) > 1 else {"const": names[0]})}

    def _check(self, value: object) -> object:
        names = self.names()
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"must be {_alternatives(names)}")
        return value


def _alternatives(names: Iterable[str]) -> str:
    *others, last = map(repr, names)
    return f"{', '.join(others)} or {last}" if others else last
