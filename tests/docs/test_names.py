"""What documents and docstrings name is there: files, modules, functions, tables, statements, targets of make."""

import re
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_FOLDERS = ("src", "tests", "soak", "benchmarks")
_PYTHON = sorted(file for folder in _FOLDERS for file in (_ROOT / folder).rglob("*.py") if file != Path(__file__))
_DOCUMENTS = sorted([_ROOT / "README.md", _ROOT / "CONTRIBUTING.md", *_ROOT.glob("docs/**/*.md")])
_DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
_EXAMPLES = {"doorbell/format.py", "beeper/sender.py", "beeper/type.py", "test_oncall"}  # which a reader is to write
_NO_MODULES = {"actor", "local_notify", "toml", "dump", "env", "service"}  # settings of PostgreSQL, files of hosts
_OF_OTHERS = {"max_concurrent_tasks", "KillMode", "transaction_timeout"}  # PgQueuer, systemd, PostgreSQL


@cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def _prose() -> list[tuple[str, str]]:
    """What people read, each with the file that it stands in."""
    documents = [(file, _text(file)) for file in _DOCUMENTS]
    docstrings = [(file, docstring) for file in _PYTHON for docstring in _DOCSTRING.findall(_text(file))]
    return [(str(file.relative_to(_ROOT)), text) for file, text in [*documents, *docstrings]]


@cache
def _quoted() -> list[tuple[str, str]]:
    return [(where, words) for where, text in _prose() for words in re.findall(r"`([^`\n]+)`", text)]


def _words_of_code() -> set[str]:
    python = [_DOCSTRING.sub("", _text(file)) for file in _PYTHON]
    others = [file for folder in _FOLDERS for ending in ("sql", "j2") for file in (_ROOT / folder).rglob(f"*.{ending}")]
    sql = [re.sub(r"--(?! name:).*", "", _text(file)) for file in others]
    return set(re.findall(r"\w+", "\n".join([*python, *sql, _text(_ROOT / "pyproject.toml")])))


def _is_there(path: str) -> bool:
    """Whether there is such a file, from the top, of the product, or as a page's template is named."""
    template = Path("src/tocsin/web", Path(path).parent, "templates", Path(path).name)
    return any(next(_ROOT.glob(str(place)), None) for place in (path, Path("src/tocsin", path), template))


def _resolves(dotted: str) -> bool:
    """Whether ``tocsin.….name`` is a module or a name in one."""
    module, names = _ROOT / "src/tocsin", dotted.split(".")[1:]
    while names and (module / names[0]).is_dir():
        module /= names.pop(0)
    if names and (module / f"{names[0]}.py").exists():
        module /= f"{names.pop(0)}.py"
    file = module / "__init__.py" if module.is_dir() else module
    return not names or bool(re.search(rf"\b{names[0]}\b", _text(file)))


def test_files_are_where_they_are_said_to_be() -> None:
    file = re.compile(r"(?:[\w*.-]+/)+[\w*.-]+\.(?:py|sql|md|toml|sha256|svg|j2)|(?:src|tests|docs|soak)/[\w/]+")
    paths = [(where, path) for where, path in _quoted() if file.fullmatch(path)]
    assert len(paths) > 20
    assert [found for found in paths if found[1] not in _EXAMPLES and not _is_there(found[1])] == []


def test_modules_are_called_as_they_are_said_to_be() -> None:
    dotted = [(where, name) for where, text in _prose() for name in re.findall(r"\btocsin(?:\.[a-z_]\w*)+", text)]
    modules = [(where, name) for where, name in dotted if name.split(".")[1] not in _NO_MODULES]
    assert len(modules) > 20
    assert [found for found in modules if not _resolves(found[1])] == []


def test_names_stand_in_code() -> None:
    """Those that can be nothing but names of code or of tables: with an underscore, or of capitalised words."""
    name = re.compile(r"(?<![\w.…/-])(?:[a-z]+(?:_[a-z]+)+|(?:[A-Z][a-z]+){2,})(?![\w…/*-])")
    named = [(where, word) for where, words in _quoted() for word in name.findall(words)]
    known = _words_of_code() | _OF_OTHERS | _EXAMPLES
    assert len(named) > 100
    assert [found for found in named if found[1] not in known] == []


def test_make_has_the_targets_that_are_named() -> None:
    targets = set(re.findall(r"^([\w-]+):", _text(_ROOT / "Makefile"), re.MULTILINE))
    named = [(where, target) for where, text in _prose() for target in re.findall(r"`make ([\w-]+)", text)]
    assert named
    assert [found for found in named if found[1] not in targets] == []
