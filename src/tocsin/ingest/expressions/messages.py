"""What the library of CEL says of expressions, in words of people who write them: its own are about its inside."""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

_Found: TypeAlias = re.Match[str]

_AT = re.compile(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)")
_CODE = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
_INTERNAL = re.compile(r"[<>@{}]|_\W|\W_|overload|u?int64|descriptor|Python|message")

_TYPES: Mapping[str, str] = {
    "int": "a whole number",
    "int64": "a whole number",
    "uint": "a whole number",
    "uint64": "a whole number",
    "double": "a number",
    "string": "a text",
    "bool": "true or false",
    "bytes": "bytes",
    "map": "an object",
    "list": "a list",
    "null_type": "null",
    "optional_type": "an optional",
    "timestamp": "a time",
    "google.protobuf.timestamp": "a time",
    "duration": "a duration",
    "google.protobuf.duration": "a duration",
    "type": "a type",
}
_NAMES: Mapping[str, str] = {"@in": "in", "_?_:_": "? :", "_[_]": "[ ]"}
_OF_OBJECTS_ONLY = "it asks for a field of what is no object"
_NEITHER = "what stands before ? is neither true nor false"


def _cannot_take(name: str, types: str) -> str:
    """That a function or operator has no use for these types; what may be of any type is not named."""
    shown = _NAMES.get(name) or name.strip("_")
    known = [_TYPES[each] for each in _outer_types(types) if each in _TYPES]
    return f"{shown} cannot take {' and '.join(known) or 'these values'}"


def _outer_types(types: str) -> list[str]:
    """The names of types, without those of what they hold."""
    outer, depth = [], 0
    for part in re.findall(r"[a-z_0-9.]+|[(<>)]", types):
        depth += (part in "(<") - (part in ")>")
        if depth == 0 and part not in ")>":
            outer.append(part)
    return outer


def _no_overload(found: _Found) -> str:
    told = found[1].strip()
    if told.startswith(("_[?_]", "_?._")):
        return _OF_OBJECTS_ONLY
    if "jump" in told:
        return _NEITHER
    call = re.fullmatch(r"(?:\((?P<of>.*?)\)\.)?(?P<name>[^()]+?)(?:\((?P<types>.*)\))?", told)
    if call is None:
        return "it cannot take these values"
    return _cannot_take(call["name"], ", ".join(filter(None, (call["of"], call["types"]))))


_WHEN_EVALUATED: Mapping[str, Callable[[_Found], str]] = {
    r"budget": lambda _: "what was sent is too large for it: its loops have too many rounds",
    r"non-message": lambda _: _OF_OBJECTS_ONLY,
    r"Unable to convert": lambda _: "its value is an optional: add .orValue(…)",
    r'Key not found in map : "?(.*?)"?$': lambda found: f"there is no field {found[1][:100]}",
    r"No matching overloads found : (.*)": _no_overload,
    r"index error: index=(-?\d+) size=(\d+)": lambda found: f"there is no item {found[1]}, the list has {found[2]}",
    r"index error: expected integer": lambda _: "an item of a list is asked for by a whole number",
    r"^string to (\w+) conversion failed": lambda found: f"a text cannot be read as a {found[1].lower()}",
    r"cannot convert string to (?:int|uint|double)": lambda _: "a text cannot be read as a number",
    r"integer overflow|range error|out of u?int64 range": lambda _: "a number is too large",
    r"invalid container": lambda _: "it asks for an item of what is no list and no object",
    r"invalid map key": lambda _: "a field is asked for by a text",
    r"type conversion error|cannot convert \w+ to": lambda _: "a value cannot be converted so",
    r"dereference": lambda _: "the optional holds nothing",
    r"substring": lambda _: "substring is asked for more than there is",
}
_WHEN_COMPILED: Mapping[str, Callable[[_Found], str]] = {
    r"found no matching overload for '(.*?)' applied to '\((.*)\)'": lambda found: _cannot_take(found[1], found[2]),
    r"undeclared reference to '(.*?)'": lambda found: f"there is nothing called {found[1]}",
    r"mismatched input '<EOF>'|no viable alternative at input .*<EOF>": lambda _: "it ends too early",
    r"(?:mismatched|extraneous) input ('.*')": lambda found: f"{found[1]} is not expected",
    r"token recognition error at: '(.*)'$": lambda found: f"{found[1].strip()} cannot be read",
    r"no viable alternative at input ('.*')": lambda found: f"{found[1]} cannot be read",
    r"has\(\) argument": lambda _: "has takes a field, such as has(payload.a)",
    r"variable name must be a simple": lambda _: "a loop names its items first, such as .map(x, x.name)",
    r"invalid \w+ literal": lambda _: "this is no number",
}


def why_failed(told: str) -> str:
    """Why an expression gives no value, as the end of a sentence."""
    told = _CODE.sub("", told.strip())
    if said := _said(_WHEN_EVALUATED, told):
        return said
    return "it cannot be evaluated for what was sent" if _INTERNAL.search(told) else told[:1].lower() + told[1:200]


def why_not_compiled(source: str, told: str) -> str:
    """What is wrong first with the text of an expression, and where, as the end of a sentence."""
    if "recursion" in told:
        return "is nested too deep"
    if not (at := _AT.search(told)):
        return "is no CEL expression"
    line, column, problem = at.groups()
    problem = problem.removesuffix(" (in container '')").removeprefix("Syntax error: ")
    problem = re.sub(r" expecting .*", "", problem)
    said = _said(_WHEN_COMPILED, problem) or ("it cannot be read" if _INTERNAL.search(problem) else problem)
    where = f"line {line}, character {column}" if "\n" in source.strip() else f"character {column}"
    return f"is no CEL expression: {said} at {where}"


def _said(words: Mapping[str, Callable[[_Found], str]], told: str) -> str | None:
    """What we say instead; None where the library's words will do."""
    return next(
        (
            say(found)
            for pattern, say in words.items()
            if (found := re.search(pattern, told, re.DOTALL | re.IGNORECASE))
        ),
        None,
    )
