"""Expressions: what they give, what is wrong with them in words, and that nothing makes them take long."""

import json
import sys
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import InvalidInput
from tocsin.ingest.expressions.expression import Expression, compile_expression
from tocsin.ingest.expressions.failure import ExpressionFailed
from tocsin.ingest.expressions.values import read_values


def compiled(source: str) -> Expression:
    return compile_expression("options.summary", source, ["payload"])


def value_of(source: str, payload: object) -> object:
    return compiled(source).evaluate(read_values({"payload": payload}))


@pytest.mark.parametrize(
    ("source", "payload", "value"),
    [
        ("payload.host + ': ' + payload.check", {"host": "db1", "check": "disk"}, "db1: disk"),
        ("payload.state == 'ok' ? 'close' : 'open'", {"state": "ok"}, "close"),
        ("payload.?event.?title", {}, None),
        ("payload.?event.?title.orValue('none') // its name", {"event": {"title": "Down"}}, "Down"),
        ("{'a': payload.?a, 'b': [payload.?b, {1: payload.?c}]}", {"a": 'x"\\\n', "b": 1 / 3},
         {"a": 'x"\\\n', "b": [1 / 3, {"1": None}]}),
        ("payload.?a[?0]", {"a": [{"b": 2.5}]}, {"b": 2.5}),
        ("dyn(payload.?a)", {}, None),
        ("payload.tags.filter(t, t[0] == 'env').map(t, t[1])", {"tags": [["env", "prod"], ["a", "b"]]}, ["prod"]),
        ("payload.a.split(',', 20).map(x, x.trim().upperAscii()).join('; ')", {"a": "a, b"}, "A; B"),
        ("payload.a.replace('-', ' ').lowerAscii()", {"a": "A-B"}, "a b"),
        ("{'id': payload.id, 'at': timestamp(payload.at)}", {"id": 7, "at": "2026-01-01T00:00:00Z"},
         {"id": 7, "at": "2026-01-01T00:00:00+00:00"}),
        ("string(payload.n) + string(payload.f)", {"n": 3, "f": 1.5}, "31.5"),
        ("payload.id", {"id": 10**30}, str(10**30)),
        ("payload.a", {"a": float("nan")}, "nan"),
        ("payload['x\ufffd'] + payload.a", {"x\ud800": "y", "a": "\0z"}, "y\ufffdz"),
        ("duration('90s')", {}, "90s"),
        ("b'\\xff'", {}, "\ufffd"),
    ],
)  # fmt: skip
def test_value(source: str, payload: object, value: object) -> None:
    assert value_of(source, payload) == value


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("payload.a +", "is no CEL expression: it ends too early at character 12"),
        ("payload.a +\n ) b", "is no CEL expression: ')' is not expected at line 2, character 2"),
        ("payloat.a", "is no CEL expression: there is nothing called payloat.a at character 8"),
        ("payload.f(1)", "is no CEL expression: there is nothing called f at character 10"),
        ("1 + 'x'", "is no CEL expression: + cannot take a whole number and a text at character 3"),
        ("has(payload)", "is no CEL expression: has takes a field, such as has(payload.a) at character 5"),
        ("payload.a = 1", "is no CEL expression: = cannot be read at character 11"),
        (" ", "is empty"),
        ("'\ud800'", "has characters that are not text"),
        ("(" * 40 + "1" + ")" * 40, "is nested too deep"),
        ("payload.a.replace('a', payload.a)", "replace takes two texts in quotes: .replace('-', ' ')"),
        ("payload.l.join(payload.s)", "join takes a text in quotes: .join(', ')"),
        (
            "payload.a.split(',')",
            "split takes a text in quotes and how many parts, up to 999: .split(',', 20)",
        ),
        ("'%s'.format([1])", "format cannot be used"),
        ("x" * 2001, "has more than 2000 characters (it has 2001)"),
        ("[1]" + ".map(x, x)" * 5, "has more than 4 loops such as map and filter (it has 5)"),
    ],
)  # fmt: skip
def test_what_does_not_compile(source: str, error: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        compiled(source)
    assert [(wrong.field, wrong.message) for wrong in refused.value.errors] == [("options.summary", error)]


@pytest.mark.parametrize(
    ("source", "payload", "error"),
    [
        ("payload.a.b", {"a": {}}, "there is no field b"),
        ("payload.a.b", {"a": 3}, "it asks for a field of what is no object"),
        ("payload.a[1]", {"a": [1]}, "there is no item 1, the list has 1"),
        ("payload.a + 1", {"a": "x"}, "+ cannot take a text and a whole number"),
        ("payload.?a.?b", {"a": None}, "it asks for a field of what is no object"),
        ("payload.a ? 1 : 2", {"a": 3}, "what stands before ? is neither true nor false"),
        ("payload.a['b']", {"a": []}, "an item of a list is asked for by a whole number"),
        ("timestamp(payload.a)", {"a": "now"}, "a text cannot be read as a timestamp"),
        ("payload.a.substring(9)", {"a": "x"}, "substring is asked for more than there is"),
        ("payload.l.map(x, payload.?a)", {"l": [1] * 101, "a": 1}, "it gives too many optionals: add .orValue(…)"),
        ("1 / payload.a", {"a": 0}, "divide by zero"),
    ],
)
def test_what_gives_no_value(source: str, payload: object, error: str) -> None:
    with pytest.raises(ExpressionFailed) as failed:
        value_of(source, payload)
    assert str(failed.value) == error


@pytest.mark.parametrize(
    ("source", "payload"),
    [
        ("payload.l.filter(x, x > -1)", {"l": [1] * 9000}),
        ("payload.l.exists(x, x + 9999 in payload.l)", {"l": list(range(2000))}),
        ("payload.l.filter(x, payload.l == payload.m)", {"l": [1] * 1000, "m": [1] * 1000}),
        ("payload.l.map(x, payload.l.map(y, payload.l.map(z, 1)))", {"l": [1] * 100}),
        ("[payload.s]" + ".map(a, a + a + a + a + a)" * 4, {"s": "a" * 10000}),
        ("[payload.s]" + f".map(a, [{','.join('a' * 100)}])" * 4, {"s": "a"}),
        (f"[{','.join(['payload'] * 200)}]", {"l": [1] * 10000}),
        ("payload.s" + f".replace('a', '{'a' * 100}')" * 3, {"s": "a" * 100}),
        ("payload.l.map(x, payload.s).join(', ')", {"l": [1] * 1000, "s": "a" * 10_000}),
        ("payload", json.loads('{"a":' * 101 + "1" + "}" * 101)),
    ],
)
def test_what_would_take_long_is_not_evaluated(source: str, payload: object) -> None:
    with pytest.raises(ExpressionFailed):
        value_of(source, payload)


@pytest.mark.parametrize("source", ["payload.l.filter(x, x.s == 'bad').size()", "payload.l.exists(x, x.s == 'none')"])
def test_a_loop_over_a_long_list_is_evaluated(source: str) -> None:
    assert value_of(source, {"l": [{"s": "bad"}] * 900}) in (900, False)


def test_many_expressions_over_the_same_values_have_a_time_together() -> None:
    values = read_values({"payload": {"l": [1] * 900}})
    slow = compiled("payload.l.filter(x, x > -1).size()")
    deadline = time.perf_counter() + 60

    def evaluate_all() -> None:
        while time.perf_counter() < deadline:
            slow.evaluate(values)

    with pytest.raises(ExpressionFailed, match="took more than 250 ms"):
        evaluate_all()


def test_a_null_takes_nothing_from_none() -> None:
    """The library gives None without a reference of its own, and Python 3.11 would end at last."""
    values, nulls = (
        read_values({"payload": {"a": None}}),
        compiled("[null, payload.a, {'a': payload.?b.orValue(null)}]"),
    )
    before = sys.getrefcount(None)
    for _ in range(1000):
        assert nulls.evaluate(values) == [None, None, {"a": None}]
    assert sys.getrefcount(None) > before - 500


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3) | st.just("a"), inner, max_size=4),
    max_leaves=20,
)
_parts = st.sampled_from(
    ["payload", ".a", ".?b", "[0]", "['a']", " + ", " == ", "'x'", "1", "(", ")", ".map(x, x)", ".size()",
     " ? ", " : ", " in ", "has(payload.a)", ".join(',')", "string(", ".orValue(1)", "-", "\0", "ä", "{", "}"]
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.lists(_parts, max_size=10).map("".join) | st.text(max_size=30), _json)
def test_whatever_is_written_and_sent_gives_a_value_or_says_why_not(source: str, payload: Any) -> None:
    with suppress(InvalidInput, ExpressionFailed):
        json.dumps(value_of(source, payload))
