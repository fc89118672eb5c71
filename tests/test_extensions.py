"""What installed packages add, and what becomes of an addition that cannot be used."""

import sys
from pathlib import Path

import pytest

from tocsin.errors import ConfigurationError
from tocsin.extensions import with_installed

OURS = ("ours",)


def install(site: Path, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Put a package on the path that adds these entry points to a group."""
    (site / "additions.py").write_text("THEIRS, OTHER, NUMBER, TAKEN = 'theirs', 'other', 1, 'ours'\n")
    metadata = site / "additions-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: additions\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[tocsin.tests]\n" + "\n".join(lines))
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "additions", raising=False)


def found() -> list[str]:
    return list(with_installed("tocsin.tests", str, OURS, str))


def test_without_such_a_package_there_is_ours_only() -> None:
    assert found() == ["ours"]


def test_what_packages_add_comes_after_ours_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "b = additions:THEIRS", "a = additions:OTHER")
    assert found() == ["ours", "other", "theirs"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("additions:MISSING", "cannot be imported: AttributeError"),
        ("addition:THEIRS", "cannot be imported: ModuleNotFoundError"),
        ("additions:NUMBER", "is not a str"),
        ("additions:TAKEN", "is called 'ours', as another is"),
    ],
)
def test_an_addition_that_cannot_be_used_is_named_with_its_package(
    value: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, f"a = {value}")
    with pytest.raises(ConfigurationError, match=reason) as refused:
        found()
    assert str(refused.value).startswith(f"{value}, which additions adds to tocsin.tests, ")
