"""Named SQL statements, kept in ``.sql`` files beside the module that owns the tables."""

import re
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


class Statements:
    """The statements of one file by name: ``-- name: enter_step`` opens one.

    Raises KeyError for a name that the file does not hold, ValueError for a file that names one twice.
    """

    def __init__(self, package: str, filename: str) -> None:
        text = resources.files(package).joinpath(filename).read_text(encoding="utf-8")
        _, *parts = _NAME.split(text)
        names = parts[::2]
        if len(set(names)) != len(names):
            raise ValueError(f"{package}/{filename} names a statement twice")
        self._texts: dict[str, str] = dict(zip(names, (part.strip() for part in parts[1::2]), strict=True))

    def __getitem__(self, name: str) -> str:
        return self._texts[name]
