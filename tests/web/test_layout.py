"""Where pages are: each word names one thing, and whatever a page is made of is in its own folder or in the kit."""

import ast
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

WEB = Path(str(files("tocsin.web")))
FOLDERS = {path.parent.name for path in WEB.glob("*/__init__.py")}
NAMED = re.compile(r'"(\w+)/\w+\.html\.j2"')


def test_no_name_of_a_class_or_function_has_two_meanings() -> None:
    """Handlers are named alike everywhere: ``show``, ``create``, ``update``."""
    names = Counter(
        node.name
        for path in WEB.rglob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if (not node.name.startswith("_") and not node.decorator_list) or isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1 and name != "show"] == []


def test_a_page_takes_templates_from_its_own_folder_and_the_kit() -> None:
    foreign = [
        (str(path.relative_to(WEB)), folder)
        for path in WEB.rglob("*")
        if path.suffix in {".py", ".j2"} and (own := path.relative_to(WEB).parts[0]) in FOLDERS
        for folder in NAMED.findall(path.read_text())
        if folder not in {own, "kit"}
    ]
    assert foreign == []


def test_tests_of_a_folder_stand_in_a_folder_of_the_same_name() -> None:
    here = Path(__file__).parent
    assert {path.parent.name for path in here.glob("*/test_*.py")} - {"browser"} <= FOLDERS


def test_a_template_of_the_kit_serves_several_folders() -> None:
    users: dict[str, set[str]] = {path.name: set() for path in (WEB / "kit" / "templates").glob("*.html.j2")}
    for path in WEB.rglob("*"):
        if path.suffix in {".py", ".j2"}:
            for name in re.findall(r'"kit/(\w+\.html\.j2)"', path.read_text()):
                users[name].add(path.relative_to(WEB).parts[0])
    assert [name for name, folders in users.items() if len(folders) < 2 and not folders & {"kit", "errors.py"}] == []
