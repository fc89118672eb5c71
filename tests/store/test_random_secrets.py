"""Secrets: what is made, and what is kept of it."""

import re

import pytest
from tests.fixtures.factories import Factory

from tocsin.store.people.passwords import hash_password, verify_password
from tocsin.store.random_secrets import digest, new_integration_token, new_session_token, new_token


def test_secrets_have_the_form_that_people_and_senders_know() -> None:
    assert re.fullmatch(r"tocsin_[\w-]{43}", new_token())
    assert re.fullmatch(r"[0-9a-f]{32}", new_integration_token())
    assert len({new_token() for _ in range(100)} | {new_session_token() for _ in range(100)}) == 200


def test_any_text_has_a_digest() -> None:
    for text in ("", "a", "\0", "\ud800", "é"):
        assert len(digest(text)) == 32


async def test_a_password_is_verified_and_nothing_else_is() -> None:
    stored = await hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert stored != await hash_password("correct horse")
    assert await verify_password(stored, "correct horse")
    for hashed, password in ((stored, "wrong"), (stored, ""), (None, "correct horse"), ("garbage", "correct horse")):
        assert not await verify_password(hashed, password)
    assert not await verify_password(None, "the password of nobody")


@pytest.mark.usefixtures("costly_passwords")
async def test_guessing_a_password_costs_64_mib_and_a_moment() -> None:
    assert (await hash_password("correct horse")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_no_secret_is_kept_readable(make: Factory) -> None:
    ann = await make.user("Ann", password="correct horse")
    secrets = [await make.token(ann), await make.integration_key(await make.service()), "correct horse"]
    for table in ("users", "api_tokens", "integration_keys", "audit_log", "sessions"):
        dump = str(await make.pool.fetch(f"select row_to_json({table})::text from {table}"))
        assert [secret for secret in secrets if secret in dump] == []
