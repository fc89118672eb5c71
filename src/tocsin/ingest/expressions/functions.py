"""What expressions may call beside the standard functions of CEL: those of its strings extension that mappings need.

What they make is bounded, as the library's own are not: a list has 200 items at most, a text 1,000,000 characters.
"""

from collections.abc import Callable, Sequence

from cel_expr_python import cel

from tocsin.ingest.expressions.cost import MAX_LIST

_MAX_TEXT = 1_000_000
_STRING, _LIST = cel.Type.STRING, cel.Type.List(cel.Type.DYN)


def declarations() -> list[cel.FunctionDecl]:
    """The functions, for an environment."""
    return [
        _method("lowerAscii", str.lower, [_STRING]),
        _method("upperAscii", str.upper, [_STRING]),
        _method("trim", str.strip, [_STRING]),
        _method("replace", _replace, [_STRING, _STRING, _STRING]),
        _method("split", _split, [_STRING, _STRING], _LIST),
        _method("join", _join, [_LIST, _STRING]),
    ]


def _method(
    name: str, called: Callable[..., object], parameters: Sequence[cel.Type], gives: cel.Type = _STRING
) -> cel.FunctionDecl:
    overload = cel.Overload(f"tocsin_{name}", return_type=gives, parameters=parameters, is_member=True, impl=called)
    return cel.FunctionDecl(name, [overload])


def _replace(text: str, old: str, new: str) -> str:
    _check(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _split(text: str, separator: str) -> list[str]:
    parts = text.split(separator, MAX_LIST) if separator else list(text[: MAX_LIST + 1])
    if len(parts) > MAX_LIST:
        raise ValueError(f"split into more than {MAX_LIST} parts")
    return parts


def _join(items: Sequence[object], separator: str) -> str:
    texts = [item if isinstance(item, str) else str(item) for item in items]
    _check(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _check(length: int) -> None:
    if length > _MAX_TEXT:
        raise ValueError(f"a text of more than {_MAX_TEXT} characters")
