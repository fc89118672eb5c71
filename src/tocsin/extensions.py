"""What installed packages add to Tocsin: they name it in their ``pyproject.toml``, as entry points of our groups."""

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from tocsin.errors import ConfigurationError

T = TypeVar("T")


def with_installed(group: str, kind: type[T], ours: Iterable[T], name_of: Callable[[T], str]) -> Mapping[str, T]:
    """Ours and what installed packages add to the group, by name, ours first.

    Raises ConfigurationError for what cannot be imported, is of another kind, or has a name that is taken.
    """
    found = {name_of(one): one for one in ours}
    for entry_point in sorted(entry_points(group=group), key=lambda entry_point: entry_point.name):
        added = _loaded(entry_point, kind)
        if (name := name_of(added)) in found:
            raise ConfigurationError(f"{_place(entry_point)} is called '{name}', as another is")
        found[name] = added
    return found


def _loaded(entry_point: EntryPoint, kind: type[T]) -> T:
    try:
        loaded = entry_point.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f"{_place(entry_point)} cannot be imported: {reason}") from error
    if not isinstance(loaded, kind):
        raise ConfigurationError(f"{_place(entry_point)} is not a {kind.__name__}")
    return loaded


def _place(entry_point: EntryPoint) -> str:
    package = entry_point.dist.name if entry_point.dist else "an installed package"
    return f"{entry_point.value}, which {package} adds to {entry_point.group},"
