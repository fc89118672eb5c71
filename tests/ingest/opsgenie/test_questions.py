"""What senders ask about alerts and requests."""

from tests.ingest.opsgenie.conftest import OpsgenieSender


async def test_an_alert_is_shown_by_its_number_and_its_alias(sender: OpsgenieSender) -> None:
    body = {"message": "m", "alias": "a/b", "priority": "P2", "tags": ["x", "y"], "entity": "db1", "description": "d"}
    alert_id = (await sender.done("POST", json=body))["alertId"]
    by_number = (await sender.ask("GET", f"/{alert_id}")).json()["data"]
    by_alias = (await sender.ask("GET", "/a%2Fb", params={"identifierType": "alias"})).json()["data"]
    assert by_number == by_alias
    wanted = {
        "id": alert_id,
        "tinyId": alert_id,
        "alias": "a/b",
        "message": "m",
        "status": "open",
        "acknowledged": False,
        "priority": "P2",
        "tags": ["x", "y"],
        "entity": "db1",
        "description": "d",
        "count": 1,
    }
    assert {name: by_number[name] for name in wanted} == wanted


async def test_alerts_are_listed_and_counted(sender: OpsgenieSender) -> None:
    for alias in ("a", "b", "c"):
        await sender.done("POST", json={"message": alias, "alias": alias})
    await sender.done("POST", "/b/close", params={"identifierType": "alias"})
    for query, messages in (
        ("", ["c", "b", "a"]),
        ("status: open", ["c", "a"]),
        ("status=closed", ["b"]),
        ("alias: a", ["a"]),
        ("alias: none", []),
    ):
        listed = (await sender.ask("GET", params={"query": query})).json()["data"]
        assert [alert["message"] for alert in listed] == messages, query
        counted = (await sender.ask("GET", "/count", params={"query": query})).json()["data"]
        assert counted == {"count": len(messages)}, query
    paged = (await sender.ask("GET", params={"limit": 1, "offset": 1})).json()["data"]
    assert [alert["message"] for alert in paged] == ["b"]


async def test_what_is_not_there_is_not_found(sender: OpsgenieSender) -> None:
    paths = ("/4711", "/none", "/requests/none", "/requests/43a29c5c-3dbf-4fa4-9c26-f4f71023e120", "/a%00b", "/9/notes")
    for path in paths:
        answer = await sender.ask("GET", path)
        assert (answer.status_code, set(answer.json())) == (404, {"message", "took", "requestId"}), path
    assert (await sender.http.get("/v2/alerts/1")).status_code == 401
