"""Connections that break while a process starts."""

import pytest

from tocsin.db.pool import Connection, open_all, open_pool


async def test_a_connection_that_breaks_as_all_are_opened_is_opened_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.db.pool._TRIES_EVERY", 0.0)
    opened = 0

    async def setup(_connection: Connection) -> None:
        nonlocal opened
        opened += 1
        if opened in (1, 3, 4):
            raise ConnectionResetError

    async with open_pool(database, size=3, application_name="tocsin test", setup=setup) as pool:
        await open_all(pool)
        assert (pool.get_size(), pool.get_idle_size()) == (3, 3)
    assert opened == 6


async def test_a_database_that_stays_away_is_given_up(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.db.pool._PATIENCE", -1.0)

    async def setup(_connection: Connection) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        async with open_pool(database, size=1, application_name="tocsin test", setup=setup):
            pass
