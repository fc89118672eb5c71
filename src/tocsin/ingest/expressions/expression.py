"""One expression: compiled once, and evaluated as often as something is sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cel_expr_python import cel

from tocsin.errors import FieldError, InvalidInput
from tocsin.ingest.expressions.cost import Shape, code_of, shape_of
from tocsin.ingest.expressions.environment import environment
from tocsin.ingest.expressions.failure import ExpressionFailed
from tocsin.ingest.expressions.functions import wrong_call
from tocsin.ingest.expressions.messages import why_failed, why_not_compiled
from tocsin.ingest.expressions.plain_value import ValuePath, plain_value
from tocsin.ingest.expressions.values import Values

MAX_LENGTH = 2000
MAX_LOOPS = 4
MAX_MICROSECONDS = 100_000
MAX_TEXT_MADE = 4_000_000
MAX_VALUES_MADE = 500_000
MAX_OPTIONALS = 100


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that compiles, and reads the variables that it was compiled for."""

    source: str
    variables: tuple[str, ...]
    _program: cel.Expression
    _shape: Shape

    def evaluate(self, values: Values) -> object:
        """Its value as JSON has it; of an optional what it holds, or None. Raises ExpressionFailed."""
        self._check_cost(values)
        with values.timed():
            try:
                return plain_value(self._program.eval(values.activation), _Optionals(self, values).held)
            except (RuntimeError, TypeError, ValueError, OverflowError, RecursionError, MemoryError) as error:
                raise ExpressionFailed(why_failed(str(error))) from None

    def microseconds(self, values: Values) -> float:
        """How long it may take."""
        return self._shape.microseconds(values.extent)

    def _check_cost(self, values: Values) -> None:
        shape, extent = self._shape, values.extent
        if self.microseconds(values) > MAX_MICROSECONDS:
            raise ExpressionFailed("what was sent is too large for it: it might take too long")
        if shape.text_made(extent) > MAX_TEXT_MADE or shape.values_made(extent) > MAX_VALUES_MADE:
            raise ExpressionFailed("what was sent is too large for it: it might make too much of it")


class _Optionals:
    """The optionals within a value: each is asked for by the expression again, with where it is. Few are, for that."""

    def __init__(self, expression: Expression, values: Values) -> None:
        self._expression, self._values = expression, values
        self._left = min(MAX_OPTIONALS, int(MAX_MICROSECONDS / expression.microseconds(values)))

    def held(self, place: ValuePath) -> object:
        """What the optional in the place holds."""
        self._left -= 1
        if self._left < 0:
            raise ExpressionFailed("it gives too many optionals: add .orValue(…)")
        indexes = "".join(f"[{json.dumps(step)}]" for step in place)
        source = f"({self._expression.source}\n){indexes}.orValue(dyn(null))"
        try:
            program = _program(source, self._expression.variables)
        except _CannotCompile:
            raise ExpressionFailed("it gives an optional: add .orValue(…)") from None
        return plain_value(program.eval(self._values.activation), self.held)


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
        program = _program(f"({source}\n).orValue(dyn(null))", variables)
    return Expression(source, variables, program, shape)


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


@lru_cache(maxsize=4096)
def _program(source: str, variables: tuple[str, ...]) -> cel.Expression:
    try:
        return environment(variables).compile(source)
    except TypeError:  # text that is not Unicode
        raise _CannotCompile("has characters that are not text") from None
    except RuntimeError as error:
        raise _CannotCompile(why_not_compiled(source, str(error))) from None
