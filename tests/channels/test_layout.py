"""A way out is known by its own folder and the line that registers it."""

import ast
from pathlib import Path

import pytest

import tocsin
from tocsin.channels.registry import OURS

SOURCE = Path(tocsin.__file__).parent
NAMES = [kind.name for kind in OURS]
SHARED = ("channel_type", "kit", "page")


def test_each_folder_with_a_type_is_registered_under_its_own_name() -> None:
    assert sorted(NAMES) == sorted(file.parent.name for file in SOURCE.glob("channels/*/type.py"))


@pytest.mark.parametrize("name", NAMES)
def test_it_imports_of_channels_only_itself_and_what_all_share(name: str) -> None:
    imported = {
        node.module
        for file in (SOURCE / "channels" / name).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tocsin.channels.")
    }
    assert {module.split(".")[2] for module in imported} <= {name, *SHARED}


def test_no_other_file_lists_the_types() -> None:
    files = [file for suffix in ("py", "sql", "j2") for file in SOURCE.rglob(f"*.{suffix}")]
    texts = {file: file.read_text(encoding="utf-8") for file in files if file.parent.name != "migrations"}
    lists = [file for file, text in texts.items() if all(f"'{name}'" in text or f'"{name}"' in text for name in NAMES)]
    assert lists == []
