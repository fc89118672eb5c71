"""The documents say what the product has: settings, metrics, reasons, paths; and their links lead somewhere."""

import re
from datetime import timedelta
from pathlib import Path
from typing import get_args

import httpx
import pytest

import tocsin.watch.metrics  # noqa: F401  every process counts these, as it watches
from tocsin.app import create_app
from tocsin.cli.doctor import SettingReason
from tocsin.db.pool import Pool
from tocsin.domain.checks import Check
from tocsin.domain.escalation.decisions import EscalationReason
from tocsin.domain.job_kinds import JOB_KINDS
from tocsin.domain.paging.reasons import PagingReason
from tocsin.engine.healing.drift import REASONS
from tocsin.engine.runner import Engine
from tocsin.settings import Settings

_ROOT = Path(__file__).parents[2]
_DOCUMENTS = sorted([*_ROOT.glob("*.md"), *_ROOT.glob("docs/**/*.md")])


def _text(name: str) -> str:
    return (_ROOT / "docs" / name).read_text(encoding="utf-8")


def _shown(default: object) -> str:
    match default:
        case None:
            return "unset"
        case timedelta():
            return f"`{default.total_seconds():.0f}`"
        case _:
            return f"`{default}`"


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_table_of_settings_has_each_with_its_default() -> None:
    rows = re.findall(r"^\| `TOCSIN_(\w+)` \| (\S+) \|", _text("configuration.md"), re.MULTILINE)
    settings = [(name.upper(), _shown(field.default)) for name, field in Settings.model_fields.items()]
    assert rows == settings


def test_every_reason_of_a_move_is_explained() -> None:
    known = set(re.findall(r"`(\w+)`", _text("concepts.md")))
    silent = {EscalationReason.NOT_DUE, EscalationReason.NOTHING_TO_DO, PagingReason.OTHERS_MOVE_FIRST}
    told = {*EscalationReason, *PagingReason} - silent
    assert {str(reason) for reason in told} - known == set()


@pytest.mark.parametrize("document", _DOCUMENTS, ids=lambda path: str(path.relative_to(_ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            path, _, anchor = target.partition("#")
            there = document.parent / path if path else document
            assert there.exists(), target
            assert not anchor or anchor in _anchors(there), target


async def test_every_resource_of_the_api_is_listed(pool: Pool) -> None:
    paths = create_app(Settings(), pool).openapi()["paths"]
    resources = {path.split("/")[3] for path in paths}
    listed = set(re.findall(r"[\w-]+", _text("api.md").split("## Resources")[1].split("```")[0]))
    assert resources - listed == set()


async def test_the_table_of_metrics_has_each(anonymous: httpx.AsyncClient, engine: Engine) -> None:
    answer = (await anonymous.get("/metrics")).raise_for_status()
    families = re.findall(r"^# TYPE (tocsin_\w+) (\w+)$", answer.text, re.MULTILINE)
    rows = re.findall(r"^\| `(tocsin_\w+)` \| (\w+) \|", _text("operations.md"), re.MULTILINE)
    assert sorted(rows) == sorted(family for family in families if not family[0].endswith("_created"))


def test_every_kind_of_job_is_named_beside_the_metrics() -> None:
    (kinds,) = re.findall(r"^Kinds are (.*?)\. ", _text("operations.md"), re.MULTILINE | re.DOTALL)
    assert sorted(re.findall(r"`(\w+)`", kinds)) == sorted(JOB_KINDS)


def test_the_tables_of_doctors_findings_have_each() -> None:
    section = _text("operations.md").split("\n## Doctor\n")[1].split("\n## ")[0]
    documented = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(documented) == sorted([*REASONS, *Check, *get_args(SettingReason)])
