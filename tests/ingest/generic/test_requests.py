"""The generic path: where the key and the parameters may stand, and what comes back."""

import base64
from typing import Any

import pytest
from tests.api.calls import refusal, wrong
from tests.fixtures.factories import Factory
from tests.ingest.conftest import PATH, Sender

JSON = {"Accept": "application/json"}
TOKEN = "TOKEN"  # stands for the key in the tables below


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def filled(value: Any, token: str) -> Any:
    """The request with the key where TOKEN stands, in Basic credentials too."""
    match value:
        case dict():
            return {key: filled(item, token) for key, item in value.items()}
        case (None, str(text)):
            return None, text.replace(TOKEN, token)
        case str() if value.startswith("Basic "):
            text = base64.b64decode(value.removeprefix("Basic ")).decode()
            return "Basic " + base64.b64encode(text.replace(TOKEN, token).encode()).decode()
        case str():
            return value.replace(TOKEN, token)
        case _:
            return value


@pytest.mark.parametrize(
    "request_",
    [
        {"params": {"token": TOKEN, "summary": "s"}},
        {"params": {"integrationKey": TOKEN, "summary": "s"}},
        {"params": {"integration_key": TOKEN, "summary": "s"}},
        {"params": {"key": TOKEN, "summary": "s"}},
        {"params": {"token": "", "key": TOKEN, "summary": "s"}},
        {"data": {"token": TOKEN, "summary": "s"}},
        {"data": {"key": TOKEN}, "params": {"summary": "s"}},
        {"data": {"token": TOKEN, "summary": "s"}, "params": {"token": "wrong"}},
        {"params": {"token": TOKEN, "key": "wrong", "summary": "s"}},
        {"params": {"token": TOKEN, "summary": "s"}, "headers": {"Authorization": "Bearer wrong"}},
        {"json": {"summary": "s"}, "params": {"token": TOKEN}},
        {"json": {"summary": "s"}, "headers": {"Authorization": f"Bearer {TOKEN}"}},
        {"json": {"summary": "s"}, "headers": {"Authorization": f"bearer   {TOKEN}"}},
        {"json": {"summary": "s"}, "headers": basic("anybody", TOKEN)},
        {"json": {"summary": "s"}, "headers": basic("", TOKEN)},
        {"files": {"token": (None, TOKEN), "summary": (None, "s")}},
    ],
    ids=repr,
)
async def test_the_key_is_found_wherever_senders_put_it(sender: Sender, request_: dict[str, Any]) -> None:
    answer = await sender.post(**filled(request_, sender.token))
    assert (answer.status_code, answer.content) == (204, b""), answer.text
    assert (await sender.alert())["service_id"] == sender.service.id


@pytest.mark.parametrize(
    "request_",
    [
        {"params": {"summary": "s"}},
        {"params": {"token": "", "summary": "s"}},
        {"params": {"token": "0" * 32, "summary": "s"}},
        {"params": {"token": "\0", "summary": "s"}},
        {"params": {"TOKEN": TOKEN, "summary": "s"}},
        {"json": {"token": TOKEN, "summary": "s"}},
        {"json": {"summary": "s"}, "headers": {"Authorization": f"Token {TOKEN}"}},
        {"json": {"summary": "s"}, "headers": {"Authorization": "basic ###"}},
        {"json": {"summary": "s"}, "headers": basic(TOKEN, "")},
        {"content": b"\xff", "headers": {"Content-Type": "application/json"}, "params": {"token": "wrong"}},
    ],
    ids=repr,
)
async def test_without_a_known_key_nothing_comes_in(sender: Sender, request_: dict[str, Any]) -> None:
    answer = await sender.post(**filled(request_, sender.token))
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert wrong(answer, 401) == []
    assert await sender.nothing_came_in()


async def test_a_revoked_key_is_unknown(sender: Sender) -> None:
    await sender.pool.execute("update integration_keys set revoked_at = now()")
    answer = await sender.post(params={"token": sender.token, "summary": "s"})
    assert refusal(answer, 401) == "the integration key is unknown or revoked"
    assert await sender.nothing_came_in()


@pytest.mark.parametrize("action", ["", "close", "ack"])
async def test_a_key_of_another_type_is_not_for_this_path(sender: Sender, action: str) -> None:
    await sender.pool.execute("insert into integration_key_types (name) values ('grafana') on conflict do nothing")
    await sender.pool.execute("update integration_keys set type = 'grafana'")
    answer = await sender.post(params={"token": sender.token, "summary": "s", "action": action})
    assert "another type" in refusal(answer, 403)
    assert await sender.nothing_came_in()


async def test_a_key_opens_nothing_but_the_way_in(sender: Sender) -> None:
    headers = {"Authorization": f"Bearer {sender.token}"}
    for path in ("/api/v1/alerts", "/api/v1/services", "/api/v1/users/me"):
        assert (await sender.http.get(path, headers=headers)).status_code == 401


async def test_a_token_of_the_api_is_no_integration_key(sender: Sender, admin_token: str) -> None:
    assert (await sender.post(params={"token": admin_token, "summary": "s"})).status_code == 401


FIELDS = {"summary": "disk is full", "details": "97 %", "dedup": "db1", "severity": "warning"}


@pytest.mark.parametrize(
    "request_",
    [
        {"params": FIELDS},
        {"data": FIELDS},
        {"files": {name: (None, value) for name, value in FIELDS.items()}},
        {"files": {name: (f"{name}.txt", value) for name, value in FIELDS.items()}},
        {"json": FIELDS},
        {"json": {name.upper(): value for name, value in FIELDS.items()}},
        {"json": {name.title(): value for name, value in FIELDS.items()}},
        {"json": FIELDS | {"colour": "red", "meta": None}},
        {"json": FIELDS, "params": {"summary": "overridden", "details": "overridden", "dedup": "x"}},
        {"json": {"summary": "disk is full", "dedup": "db1"}, "params": {"details": "97 %", "severity": "warning"}},
        {"data": FIELDS, "params": {"summary": "form first"}},
        {
            "content": b'\xef\xbb\xbf{"summary": "disk is full", "details": "97 %", "dedup": "db1",'
            b' "severity": "warning"}',
            "headers": {"Content-Type": "application/json; charset=utf-8"},
        },
    ],
    ids=lambda value: repr(value)[:60],
)
async def test_parameters_are_read_from_query_form_and_json(sender: Sender, request_: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {sender.token}"} | request_.pop("headers", {})
    answer = await sender.post(headers=headers, **request_)
    assert answer.status_code == 204, answer.text
    alert = await sender.alert()
    assert (alert["summary"], alert["details"], alert["severity"]) == ("disk is full", "97 %", "warning")
    assert alert["dedup_key"].endswith("db1")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("text/html, application/json;q=0.9", 200),
        ("application/JSON; charset=utf-8", 200),
        ("*/*", 204),
        ("application/*", 204),
        ("text/plain", 204),
        ("application/json;q=0", 204),
        ("application/jsonx", 204),
        ("", 204),
    ],
)
async def test_ids_come_back_when_json_is_asked_for(sender: Sender, accept: str, status: int) -> None:
    answer = await sender.post(params={"token": sender.token, "summary": "s"}, headers={"Accept": accept})
    assert answer.status_code == status
    alert = await sender.alert()
    expected = {"AlertID": alert["id"], "ServiceID": str(sender.service.id), "IsNew": True}
    assert (answer.json() if status == 200 else answer.content) == (expected if status == 200 else b"")


async def test_the_old_path_takes_the_same_messages(sender: Sender) -> None:
    answer = await sender.post("/v1/api/alerts", data={"token": sender.token, "summary": "s"}, headers=JSON)
    assert answer.json()["AlertID"] == (await sender.alert())["id"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_is_a_way_in(sender: Sender, method: str) -> None:
    answer = await sender.http.request(method, PATH, params={"token": sender.token, "summary": "s"})
    assert refusal(answer, 405) == f"{method} is not possible here, only POST"
    assert answer.headers["allow"] == "POST"
    assert await sender.nothing_came_in()


async def test_a_body_over_the_limit_is_refused_with_the_limit_named(sender: Sender) -> None:
    body = {"summary": "s", "details": "x" * 1_000_000}
    answer = await sender.post(params={"token": sender.token}, json=body)
    assert "262144 bytes" in refusal(answer, 413)
    assert await sender.nothing_came_in()


async def test_a_body_just_under_the_limit_is_kept_whole(sender: Sender) -> None:
    details = "x" * 262_000
    await sender.send(summary="s", details=details)
    assert (await sender.alert())["details"] == details


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not valid JSON"),
        (b"[1]", "must be a JSON object"),
        (b'"summary"', "must be a JSON object"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"summary": ' + b"1" * 5000 + b"}", "numbers too long"),
        (b"{}", "summary: is required"),
        (b"", "summary: is required"),
        (b'{"summary": "  \\n "}', "summary: is required"),
        (b'{"action": "close"}', "summary: or dedup must say"),
    ],
)
async def test_what_cannot_be_understood_is_refused(sender: Sender, body: bytes, said: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await sender.post(params={"token": sender.token}, content=body, headers=headers)
    assert said in refusal(answer, 400)
    assert await sender.nothing_came_in()


async def test_a_browser_that_tries_it_is_answered_alike(sender: Sender) -> None:
    answer = await sender.post(params={"token": sender.token}, headers={"Accept": "text/html"})
    assert refusal(answer, 400).startswith("summary: is required")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_json_sent_as_something_else_is_read_and_said_to_be(sender: Sender, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = await sender.post(params={"token": sender.token}, content=b' {"summary": "s"}', headers=headers)
    assert answer.status_code == 204, answer.text
    alert = await sender.alert()
    assert alert["summary"] == "s"
    told = [f"body: read as JSON, its type is {content_type or 'not said'}"]
    assert (await sender.logged(alert["id"]))[0][1]["mended"] == told


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=summary\r\n\r\ns"),
        ("multipart/form-data; boundary=b", b"nonsense"),
        ("multipart/form-data; boundary=" + "b" * 500, b"x"),
    ],
)
async def test_a_broken_form_is_refused(sender: Sender, content_type: str, body: bytes) -> None:
    headers = {"Content-Type": content_type}
    answer = await sender.post(params={"token": sender.token}, content=body, headers=headers)
    assert wrong(answer, 400) == ["body"]
    assert await sender.nothing_came_in()


async def test_the_keys_use_is_noted(sender: Sender, make: Factory) -> None:
    assert await sender.pool.fetchval("select last_used_at from integration_keys") is None
    await sender.send(summary="s")
    assert await sender.pool.fetchval("select last_used_at from integration_keys") is not None


async def test_an_answer_comes_only_after_the_commit(sender: Sender) -> None:
    for number in range(20):
        ids = await sender.send(summary=f"alert {number}")
        assert (await sender.alert(ids["AlertID"]))["summary"] == f"alert {number}"


async def test_no_answer_says_yes_when_the_commit_fails(sender: Sender) -> None:
    await sender.pool.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'disk full' using"
        " errcode = 'disk_full'; end $$"
    )
    await sender.pool.execute(
        "create constraint trigger refuse after insert on alerts deferrable initially deferred"
        " for each row execute function refuse()"
    )
    answer = await sender.post(params={"token": sender.token, "summary": "s"})
    assert "try again" in refusal(answer, 503)
    assert answer.headers["retry-after"] == "2"
    assert await sender.nothing_came_in()
