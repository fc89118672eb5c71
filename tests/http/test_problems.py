"""Bad input: every error is problem details that name what is wrong."""

import json

import pytest
from httpx import AsyncClient
from tests.api.calls import UNKNOWN_ID, refusal, wrong
from tests.fixtures.factories import Factory

JSON = {"Content-Type": "application/json"}


async def test_every_wrong_field_is_named_at_once(api: AsyncClient) -> None:
    steps = [{"delay_seconds": -1, "targets": [{"type": "dog", "id": "x"}], "if_nobody": "panic"}, {}]
    body = {"name": "", "repeat": 1.5, "steps": steps, "colour": "red"}
    assert wrong(await api.post("/api/v1/escalation-policies", json=body)) == [
        "name",
        "repeat",
        "steps.0.delay_seconds",
        "steps.0.targets.0.type",
        "steps.0.targets.0.id",
        "steps.0.if_nobody",
        "steps.1.delay_seconds",
        "colour",
    ]


async def test_an_unknown_field_is_said_to_be_unknown(api: AsyncClient) -> None:
    refused = await api.post("/api/v1/teams", json={"name": "Payments", "nmae": "typo"})
    assert wrong(refused) == ["nmae"]
    assert refused.json()["errors"][0]["message"] == "is not a known field"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", 1), ("name", None), ("name", ["a"]), ("members", {}), ("members", "x"), ("members", [1])],
)
async def test_a_wrong_type_is_refused(api: AsyncClient, field: str, value: object) -> None:
    fields = wrong(await api.post("/api/v1/teams", json={"name": "Payments", field: value}))
    assert [name.split(".")[0] for name in fields] == [field]


@pytest.mark.parametrize("body", [b"", b"{", b'{"name": }', b"nonsense", b"[" * 100_000, b'{"a": \xff}'])
async def test_a_body_that_is_not_json_is_refused(api: AsyncClient, body: bytes) -> None:
    refused = await api.post("/api/v1/teams", content=body, headers=JSON)
    assert refused.status_code in (400, 422)
    assert wrong(refused, refused.status_code) == ["body"]


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "null", "true"])
async def test_json_that_is_no_object_is_refused(api: AsyncClient, body: str) -> None:
    assert wrong(await api.post("/api/v1/teams", content=body, headers=JSON)) == ["body"]


async def test_json_of_another_type_is_refused_and_says_how_to_send_it(api: AsyncClient) -> None:
    refused = await api.post("/api/v1/teams", content='{"name": "a"}', headers={"Content-Type": "text/plain"})
    assert wrong(refused) == ["body"]
    assert "application/json" in refused.json()["errors"][0]["message"]


async def test_numbers_that_json_does_not_have_are_refused(api: AsyncClient) -> None:
    for number in ("NaN", "Infinity", "1e999", "1" * 5000):
        content = f'{{"name": "a", "steps": [{{"delay_seconds": {number}}}]}}'
        refused = await api.post("/api/v1/escalation-policies", content=content, headers=JSON)
        assert refused.status_code in (400, 422), number
        assert refused.headers["content-type"] == "application/problem+json"


async def test_a_megabyte_is_refused_with_the_limit_named(api: AsyncClient) -> None:
    body = json.dumps({"name": "x" * 1_000_000})
    assert refusal(await api.post("/api/v1/teams", content=body, headers=JSON), 413) == (
        "the body may have at most 262144 bytes"
    )


async def test_a_megabyte_that_does_not_say_its_length_is_refused_too(api: AsyncClient) -> None:
    async def chunks() -> object:
        for _ in range(16):
            yield b"x" * 65_536

    assert "262144" in refusal(await api.post("/api/v1/teams", content=chunks(), headers=JSON), 413)


@pytest.mark.parametrize(("escape", "said"), [("\\u0000", "NUL"), ("\\ud800", "surrogate")])
async def test_text_that_cannot_be_stored_is_refused_by_field(api: AsyncClient, escape: str, said: str) -> None:
    content = f'{{"name": "a{escape}b"}}'
    refused = await api.post("/api/v1/teams", content=content, headers=JSON)
    assert wrong(refused) == ["name"]
    assert said in refused.json()["errors"][0]["message"]


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800"])
async def test_text_that_cannot_be_stored_is_refused_in_every_place(
    api: AsyncClient, make: Factory, escape: str
) -> None:
    service = await make.service()
    for field, text in (
        ("summary", f'"a{escape}"'),
        ("details", f'"a{escape}"'),
        ("dedup_key", f'"a{escape}"'),
        ("labels", f'{{"host": "a{escape}"}}'),
        ("labels", f'{{"a{escape}": "host"}}'),
    ):
        content = f'{{"service_id": "{service.id}", "summary": "s", "{field}": {text}}}'
        refused = await api.post("/api/v1/alerts", content=content, headers=JSON)
        assert [name.split(".")[0] for name in wrong(refused)] == [field], content


@pytest.mark.parametrize("parameter", ["q=%00", "q=%ff%00", "cursor=%00", "limit=0", "limit=201", "limit=x"])
async def test_a_wrong_query_parameter_is_named(api: AsyncClient, parameter: str) -> None:
    assert wrong(await api.get(f"/api/v1/services?{parameter}")) == [parameter.split("=", maxsplit=1)[0]]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyJhIiwiYiJd", "bnVsbA", "é", "e30", "WzFlOTk5XQ"])
async def test_a_cursor_of_somebody_else_is_refused(api: AsyncClient, cursor: str) -> None:
    assert wrong(await api.get("/api/v1/services", params={"cursor": cursor})) == ["cursor"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/nothing", "/nothing", "/api/v1/teams/", "/api/v1"])
async def test_an_unknown_path_is_not_found(api: AsyncClient, path: str) -> None:
    assert refusal(await api.get(path), 404) == f"there is nothing at {path}"


@pytest.mark.parametrize(
    "path",
    [
        "users/{}",
        "users/{}/contact-methods",
        "users/{}/notification-rules",
        "teams/{}",
        "channels/{}",
        "escalation-policies/{}",
        "services/{}",
        "services/{}/integration-keys",
        "tokens/{}",
    ],
)
async def test_an_unknown_id_is_not_found_and_a_wrong_one_refused(api: AsyncClient, path: str) -> None:
    assert refusal(await api.get(f"/api/v1/{path.format(UNKNOWN_ID)}"), 404).startswith("no such ")
    assert len(wrong(await api.get(f"/api/v1/{path.format('x')}"))) == 1


async def test_a_method_that_is_not_there_is_refused_with_those_that_are(api: AsyncClient) -> None:
    refused = await api.put("/api/v1/teams")
    assert refusal(refused, 405) == "PUT is not possible here, only GET, POST"
    assert refused.headers["allow"] == "GET, POST"


async def test_the_openapi_document_has_examples_and_errors(anonymous: AsyncClient) -> None:
    document = (await anonymous.get("/api/openapi.json")).json()
    schemas = document["components"]["schemas"]
    bodies = [name for name in schemas if name.endswith(("Create", "Patch"))]
    assert len(bodies) > 10
    assert [name for name in bodies if not schemas[name].get("examples")] == []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
            assert {"401", "503"} <= set(errors), f"{method} {path}"
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in errors.values())
