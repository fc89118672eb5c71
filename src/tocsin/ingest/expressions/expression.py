"""One expression: compiled once, and evaluated as often as something is sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cel_expr_python import cel

from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.expressions.cost import Extent, Shape, code_of, shape_of
from tocsin.ingest.expressions.environment import environment
from tocsin.ingest.expressions.failure import ExpressionFailed
from tocsin.ingest.expressions.functions import wrong_call
from tocsin.ingest.expressions.plain_value import plain_value
from tocsin.ingest.expressions.values import Values

MAX_LENGTH = 2000
MAX_LOOPS = 4
MAX_MICROSECONDS = 100_000
MAX_TEXT_MADE = 4_000_000
MAX_VALUES_MADE = 500_000

_AT = re.compile(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)")
_EXPECTING = re.compile(r" expecting .*")
_CODE = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
_UNKNOWN_FIELD = re.compile(r'Key not found in map : "(.*)"$', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that compiles, and reads the variables that it was compiled for."""

    source: str
    _program: cel.Expression
    _shape: Shape

    def evaluate(self, values: Values) -> object:
        """Its value as JSON has it; what an optional does not hold is None. Raises ExpressionFailed."""
        self._check_cost(values.extent)
        with values.timed():
            try:
                result = self._program.eval(values.activation)
                given = plain_value(result)
            except (RuntimeError, TypeError, ValueError, OverflowError, RecursionError, MemoryError) as error:
                raise ExpressionFailed(_why_failed(str(error))) from None
        if result.type() == cel.Type.ERROR:
            raise ExpressionFailed(_why_failed(str(given)))
        return given

    def _check_cost(self, extent: Extent) -> None:
        shape = self._shape
        if shape.microseconds(extent) > MAX_MICROSECONDS:
            raise ExpressionFailed("what was sent is too large for it: it might take too long")
        if shape.text_made(extent) > MAX_TEXT_MADE or shape.values_made(extent) > MAX_VALUES_MADE:
            raise ExpressionFailed("what was sent is too large for it: it might make too much of it")


def compile_expression(field: str, source: str, variables: Sequence[str]) -> Expression:
    """The expression, which may read the variables. Raises InvalidInput that names the field and the position."""
    try:
        return _compile(source, tuple(variables))
    except _CannotCompile as error:
        raise InvalidInput(FieldError(field, str(error))) from None


class _CannotCompile(Exception):
    """What is wrong with the text of an expression, as the end of a sentence."""


@lru_cache(maxsize=4096)
def _compile(source: str, variables: tuple[str, ...]) -> Expression:
    shape = _checked_shape(source)
    program = _program(source, variables)
    if program.return_type().name().startswith("optional_type"):
        program = _program(f"({source}\n).orValue(null)", variables)
    return Expression(source, program, shape)


def _checked_shape(source: str) -> Shape:
    if len(source) > MAX_LENGTH:
        raise _CannotCompile(f"has more than {MAX_LENGTH} characters (it has {len(source)})")
    if not source.strip():
        raise _CannotCompile("is empty")
    if problem := wrong_call(code_of(source)):
        raise _CannotCompile(problem)
    shape = shape_of(source)
    if shape.loops > MAX_LOOPS:
        raise _CannotCompile(f"has more than {MAX_LOOPS} loops such as map and filter (it has {shape.loops})")
    return shape


def _program(source: str, variables: tuple[str, ...]) -> cel.Expression:
    try:
        return environment(variables).compile(source)
    except TypeError:  # text that is not Unicode
        raise _CannotCompile("has characters that are not text") from None
    except RuntimeError as error:
        raise _CannotCompile(_why_not_compiled(source, str(error))) from None


def _why_not_compiled(source: str, told: str) -> str:
    """What the library says of the first error, and where that is; without what else it would have understood."""
    if "recursion" in told:
        return "is nested too deep"
    if not (at := _AT.search(told)):
        return f"is no CEL expression: {_CODE.sub('', told.strip())}"
    line, column, problem = at.groups()
    problem = _EXPECTING.sub("", problem).replace("'<EOF>'", "the end").removeprefix("Syntax error: ")
    problem = problem.removesuffix(" (in container '')")
    where = f"line {line}, character {column}" if "\n" in source.strip() else f"character {column}"
    return f"is no CEL expression: {problem} at {where}"


def _why_failed(told: str) -> str:
    told = _CODE.sub("", told.strip())
    if "budget" in told:
        return "what was sent is too large for it: its loops have too many rounds"
    if "non-message" in told:
        return "it asks for a field of what is no object"
    if "Unable to convert" in told:
        return "its value is an optional: add .orValue(…)"
    if unknown := _UNKNOWN_FIELD.search(told):
        return f"there is no field {unknown[1][:100]}"
    return told[:1].lower() + told[1:200]
