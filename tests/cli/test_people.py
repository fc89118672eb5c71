"""``tocsin user`` and ``tocsin token`` where the operating system cannot say who runs them."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.fixtures.factories import Factory

from tocsin.cli import people
from tocsin.db.pool import Pool

NAMELESS = 54_321  # as a container's --user, with no entry in /etc/passwd


async def test_an_operator_without_a_login_name_is_named_by_uid(
    make: Factory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @asynccontextmanager
    async def store() -> AsyncIterator[Pool]:
        yield make.pool

    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: NAMELESS)
    monkeypatch.setattr(people, "open_store", store)
    await people.create_token("ci", "admin", "admin")
    assert capsys.readouterr().out.strip()
    assert (
        await make.pool.fetchval("select actor ->> 'name' from audit_log order by id desc limit 1") == f"uid {NAMELESS}"
    )
