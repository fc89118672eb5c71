"""What expressions read: values of JSON, made fit for the library and measured."""

import math
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from cel_expr_python import cel

from tocsin.ingest.expressions.cost import Extent
from tocsin.ingest.expressions.environment import environment
from tocsin.ingest.expressions.failure import ExpressionFailed

MAX_DEPTH = 100
ALL_TOGETHER = 0.25
"""Seconds that all expressions together may take that read the same values."""

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_INTEGERS = range(-(2**63), 2**63)


@dataclass(slots=True)
class _Clock:
    """Seconds that expressions have taken."""

    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Values:
    """Values by the names of their variables, ready to be read by expressions, and how large they are."""

    fit: Mapping[str, object]
    extent: Extent
    activation: cel.Activation
    _clock: _Clock = field(default_factory=_Clock)

    def with_value(self, name: str, value: object) -> "Values":
        """These, and one more that is a part of them, or is what an expression gave."""
        fit = {**self.fit, name: value}
        return Values(fit, self.extent, environment(tuple(fit)).Activation(fit), self._clock)

    def beside(self, others: Mapping[str, object]) -> "Values":
        """Others, which are read now, and these; the time of the expressions that read either is counted together.

        Raises ExpressionFailed for what is nested too deep.
        """
        read, own = read_values(others), self.extent
        extent = Extent(
            own.values + read.extent.values,
            max(own.longest_list, read.extent.longest_list),
            max(own.longest_text, read.extent.longest_text),
            own.text + read.extent.text,
        )
        fit = {**read.fit, **self.fit}
        return Values(fit, extent, environment(tuple(fit)).Activation(fit), self._clock)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time that is spent inside. Raises ExpressionFailed when there is none left."""
        if self._clock.spent > ALL_TOGETHER:
            raise ExpressionFailed(f"the expressions before it took more than {ALL_TOGETHER * 1000:g} ms together")
        start = time.perf_counter()
        try:
            yield
        finally:
            self._clock.spent += time.perf_counter() - start


def read_values(values: Mapping[str, object]) -> Values:
    """Values of JSON by the names of their variables. Raises ExpressionFailed for what is nested too deep."""
    reader = _Reader()
    fit = {name: reader.fit(value, 0) for name, value in values.items()}
    extent = Extent(reader.values, reader.longest_list, reader.longest_text, reader.text)
    return Values(fit, extent, environment(tuple(fit)).Activation(fit))


class _Reader:
    """Makes values fit, and measures them on the way.

    Text loses NUL and lone surrogates. An integer of more than 64 bits becomes text, so that no digit of it is lost.
    """

    def __init__(self) -> None:
        self.values = self.longest_list = self.longest_text = self.text = 0

    def fit(self, value: object, depth: int) -> object:
        self.values += 1
        match value:
            case str():
                return self._text(value)
            case None | bool():
                return value
            case int():
                return value if value in _INTEGERS else self._text(_digits(value))
            case float():
                return value if math.isfinite(value) else self._text(str(value))
            case dict():
                self._open(len(value), depth)
                return {self._text(str(name)): self.fit(inner, depth + 1) for name, inner in value.items()}
            case list():
                self._open(len(value), depth)
                return [self.fit(inner, depth + 1) for inner in value]
            case _:
                return self._text(str(value))

    def _open(self, length: int, depth: int) -> None:
        if depth >= MAX_DEPTH:
            raise ExpressionFailed(f"what was sent is nested more than {MAX_DEPTH} deep")
        self.longest_list = max(self.longest_list, length)

    def _text(self, text: str) -> str:
        self.text += len(text)
        self.longest_text = max(self.longest_text, len(text))
        return text if text.isprintable() else _UNREADABLE.sub("\ufffd", text)


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # longer than Python writes
        return hex(value)
