"""What an expression may cost, estimated before it is evaluated: an upper bound, from its text and what it may read."""

import re
from dataclasses import dataclass

from tocsin.ingest.expressions.functions import LITERAL, most_parts, replacing

MAX_ROUNDS = 10_000
"""Rounds of all loops of an evaluation, after which the library stops."""

# Microseconds, measured on a slow machine and rounded up.
_OPERATION = 0.5
_CHARACTER = 0.001
_ITEM = 0.1
_KEPT_ITEM = 0.06  # `map` and `filter` copy what they have kept in each round

_COMMENT = re.compile(r"//[^\n]*")
_TEXT_OR_COMMENT = re.compile(rf"{_COMMENT.pattern}|{LITERAL.pattern}", re.DOTALL)
_LOOP = re.compile(r"\.\s*(map|filter|all|exists|exists_one|existsOne)\s*$")
_BY_TEXT = re.compile(r"\+|\.\s*(?!(?:map|filter|all|exists|exists_one|existsOne|size|orValue)\b)\w+\s*\(")
_BY_ITEMS = re.compile(r"\+|(?<![\w.])in(?!\w)|\.\s*join\b")
_JOIN = re.compile(r"\.\s*join\b")
_COMPARISON = re.compile(r"[=!]=")
_WITH_LITERAL = re.compile(r"""[=!]=\s*(?:[""\d-]|true|false|null)|(?:"|\d|true|false|null)\s*[=!]=""")


@dataclass(frozen=True, slots=True)
class Extent:
    """How large values are: how many they are, the longest list or object, the longest text, and all texts."""

    values: int = 1
    longest_list: int = 0
    longest_text: int = 0
    text: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """What counts of an expression's text: its length, its loops and how deep they are nested, what makes values larger
    (``+`` and commas), the longest list it can make from none, how many times as long replaced texts are, how often
    lists are joined, what takes longer the longer texts and lists are, and comparisons without a literal.
    """

    length: int
    loops: int
    depth: int
    growing: int
    longest_list: int
    replaced: float
    joins: int
    by_text: int
    by_items: int
    comparisons: int

    @property
    def growth(self) -> float:
        """How many times as large as what is read a value may become: each loop can multiply it."""
        places = self.loops + 1
        return float((1 + self.growing / places) ** places)

    def text_made(self, extent: Extent) -> float:
        """Characters of the longest text that may be made."""
        joined = max(1.0, self._longest_list(extent)) ** self.joins
        return (extent.longest_text + self.length) * self.growth * self.replaced * joined

    def values_made(self, extent: Extent) -> float:
        """How many values the result may hold."""
        return (extent.values + self.length) * self.growth

    def microseconds(self, extent: Extent) -> float:
        """How long it may take to evaluate."""
        longest = self._longest_list(extent)
        rounds = min(float(MAX_ROUNDS), self.loops * max(1.0, longest) ** self.depth)
        each = self.length / 4 * _OPERATION
        each += self.by_text * self.text_made(extent) * _CHARACTER + self.by_items * longest * _ITEM
        each += self.comparisons * (extent.text * _CHARACTER + extent.values * _ITEM) * self.growth
        return each + rounds * (each + longest * _KEPT_ITEM)

    def _longest_list(self, extent: Extent) -> float:
        return max(extent.longest_list, self.longest_list) * self.growth


def code_of(source: str) -> str:
    """The text of an expression without comments, in which a quotation mark stands for each text in quotes."""
    return _TEXT_OR_COMMENT.sub(lambda found: "" if found[0].startswith("//") else '"', source)


def shape_of(source: str) -> Shape:
    """What counts of the text of an expression."""
    code = code_of(source)
    loops, depth = _loops(code)
    commas = code.count(",")
    return Shape(
        length=len(source),
        loops=loops,
        depth=depth,
        growing=code.count("+") + max(0, commas - loops - 2 * code.count("replace") - code.count("split")),
        longest_list=max(commas + 1, most_parts(code)),
        replaced=replacing(source),
        joins=len(_JOIN.findall(code)),
        by_text=len(_BY_TEXT.findall(code)),
        by_items=len(_BY_ITEMS.findall(code)),
        comparisons=max(0, len(_COMPARISON.findall(code)) - len(_WITH_LITERAL.findall(code))),
    )


def _loops(code: str) -> tuple[int, int]:
    """How many loops there are, and how many stand in one another at most."""
    loops = deepest = 0
    open_loops: list[bool] = []
    for place, character in enumerate(code):
        if character == "(":
            is_loop = bool(_LOOP.search(code, max(0, place - 80), place))
            loops += is_loop
            open_loops.append(is_loop)
            deepest = max(deepest, sum(open_loops))
        elif character == ")" and open_loops:
            open_loops.pop()
    return loops, deepest
