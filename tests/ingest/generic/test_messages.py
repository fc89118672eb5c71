"""The generic path: what messages do to alerts."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.ingest.conftest import Sender

from tocsin.testing.clock import Clock


async def test_a_message_raises_an_alert_and_is_logged(sender: Sender) -> None:
    ids = await sender.send(summary="disk is full", meta={"host": "db1"})
    assert ids == {"AlertID": ids["AlertID"], "ServiceID": str(sender.service.id), "IsNew": True}
    alert = await sender.alert()
    assert (alert["status"], alert["severity"], alert["count"]) == ("triggered", "critical", 1)
    assert alert["labels"] == {"host": "db1"}
    assert [event for event, _ in await sender.logged(alert["id"])] == ["created"]


@pytest.mark.parametrize("dedup", ["db1/disk", None])
async def test_a_duplicate_counts_refreshes_and_is_logged(sender: Sender, clock: Clock, dedup: str | None) -> None:
    body = {"summary": "disk is full", "details": "91 %"} | ({"dedup": dedup} if dedup else {})
    first = await sender.send(**body)
    before = await sender.alert()
    now = await clock.advance(timedelta(minutes=1))
    again = await sender.send(**body | ({"details": "97 %", "severity": "info"} if dedup else {}))
    assert again == first | {"IsNew": False}
    alert = await sender.alert()
    assert (alert["count"], alert["last_seen_at"], alert["severity"]) == (2, now, "critical")
    assert alert["last_seen_at"] > before["last_seen_at"]
    assert alert["details"] == ("97 %" if dedup else "91 %")
    created, duplicate = await sender.logged(alert["id"])
    assert (created[0], duplicate[0]) == ("created", "duplicate_suppressed")
    assert duplicate[1] == {"count": 2} | ({"severity": "info"} if dedup else {})


async def test_a_duplicate_never_lowers_the_severity_nor_empties_the_details(sender: Sender) -> None:
    await sender.send(summary="s", dedup="k", details="long", severity="warning")
    await sender.send(summary="s", dedup="k", severity="error")
    alert = await sender.alert()
    assert (alert["details"], alert["severity"]) == ("long", "error")
    await sender.send(summary="s", dedup="k", severity="info")
    assert (await sender.logged(alert["id"]))[2:] == [
        ("severity_changed", {"from": "warning", "to": "error"}),
        ("duplicate_suppressed", {"count": 3, "severity": "info"}),
    ]


async def test_labels_are_those_of_the_first_message_and_others_are_logged(sender: Sender) -> None:
    await sender.send(summary="s", dedup="k", meta={"host": "db1"})
    await sender.send(summary="s", dedup="k", meta={"host": "db2"})
    alert = await sender.alert()
    assert alert["labels"] == {"host": "db1"}
    assert (await sender.logged(alert["id"]))[-1][1]["labels"] == {"host": "db2"}


async def test_without_dedup_other_text_is_another_alert(sender: Sender) -> None:
    ids = [(await sender.send(summary=s, details=d))["AlertID"] for s, d in (("a", ""), ("a", "b"), ("ab", ""))]
    assert len(set(ids)) == 3


async def test_a_key_that_is_sent_is_never_that_of_another_text(sender: Sender) -> None:
    automatic = (await sender.send(summary="a"))["AlertID"]
    key = (await sender.alert())["dedup_key"]
    assert (await sender.send(summary="b", dedup=key))["AlertID"] != automatic


async def test_the_same_key_on_another_service_is_another_alert(sender: Sender) -> None:
    first = await sender.send(summary="s", dedup="k")
    await sender.pool.execute(
        "with other as (insert into services (name, escalation_policy_id) select 'other', escalation_policy_id"
        " from services returning id) update integration_keys set service_id = other.id from other"
    )
    again = await sender.send(summary="s", dedup="k")
    assert (again["IsNew"], again["ServiceID"] != first["ServiceID"]) == (True, True)


@pytest.mark.parametrize("body", [{"summary": "s", "details": "d"}, {"dedup": "k"}, {"dedup": "k", "summary": "other"}])
async def test_close_closes_the_matching_alert(sender: Sender, body: dict[str, str]) -> None:
    raised = await sender.send(**{"summary": "s", "details": "d"} | {k: v for k, v in body.items() if k == "dedup"})
    closed = await sender.send(action="close", **body)
    assert closed == raised | {"IsNew": False}
    assert (await sender.alert())["status"] == "closed"
    assert [event for event, _ in await sender.logged(raised["AlertID"])] == ["created", "closed"]
    assert (await sender.send(summary="s", details="d", dedup=body.get("dedup")))["IsNew"] is True


@pytest.mark.parametrize("action", ["close", "ack"])
async def test_acting_on_nothing_succeeds_with_number_0(sender: Sender, action: str) -> None:
    assert await sender.send(summary="s", action=action) == {"AlertID": 0, "ServiceID": "", "IsNew": False}
    assert await sender.nothing_came_in()


async def test_ack_acknowledges_the_matching_alert(sender: Sender) -> None:
    raised = await sender.send(summary="s", dedup="k")
    assert await sender.send(dedup="k", action="ack") == raised | {"IsNew": False}
    assert (await sender.alert())["status"] == "acknowledged"
    await sender.send(dedup="k", action="ack")
    assert [event for event, _ in await sender.logged(raised["AlertID"])] == ["created", "acknowledged"]


@pytest.mark.parametrize("action", ["CLOSE", "resolve", "trigger", "", "acknowledge"])
async def test_any_other_action_raises(sender: Sender, action: str) -> None:
    await sender.send(summary="s")
    assert (await sender.send(summary="s", action=action))["IsNew"] is False
    assert ((await sender.alert())["status"], (await sender.alert())["count"]) == ("triggered", 2)


async def test_a_duplicate_of_an_acknowledged_alert_leaves_it_acknowledged(sender: Sender) -> None:
    await sender.send(summary="s")
    await sender.send(summary="s", action="ack")
    assert (await sender.send(summary="s"))["IsNew"] is False
    assert ((await sender.alert())["status"], (await sender.alert())["count"]) == ("acknowledged", 2)


async def test_labels_come_as_pairs_in_form_and_query(sender: Sender) -> None:
    answer = await sender.post(
        params={"token": sender.token, "meta": "rack=4"},
        data={"summary": "s", "meta": ["host=db1", "expr=a=b", "empty="]},
    )
    assert answer.status_code == 204
    assert (await sender.alert())["labels"] == {"rack": "4", "host": "db1", "expr": "a=b", "empty": ""}


@pytest.mark.parametrize(
    ("sent", "severity", "how"),
    [
        ("critical", "critical", None),
        ("", "critical", None),
        ("CRITICAL", "critical", 'critical taken for "CRITICAL"'),
        ("warn", "warning", 'warning taken for "warn"'),
        ("High", "error", 'error taken for "High"'),
        ("SEV-3", "warning", 'warning taken for "SEV-3"'),
        ("bad", "critical", 'critical taken for "bad", which is not known'),
        ("2", "critical", 'critical taken for "2", which is not known'),
    ],
)
async def test_a_severity_in_other_words_is_understood_kept_and_told(
    sender: Sender, sent: str, severity: str, how: str | None
) -> None:
    ids = await sender.send(summary="s", severity=sent)
    alert = await sender.alert()
    assert (alert["severity"], alert["labels"]) == (severity, {"severity": sent} if how else {})
    meta = (await sender.logged(ids["AlertID"]))[0][1]
    assert meta.get("mended") == ([f"severity: {how}"] if how else None)


@pytest.mark.parametrize(
    ("sent", "kept", "how"),
    [
        ({"summary": 1}, {"summary": "1"}, "summary: is no string, written as JSON (it is 1)"),
        ({"details": {"a": "ü"}}, {"details": '{"a": "ü"}'}, 'details: is no string, written as JSON (it is {"a": "'),
        ({"severity": 3}, {"severity": "critical"}, "severity: is no string"),
        ({"meta": {"a": 1}}, {"labels": {"a": "1"}}, "meta.a: is no string, written as JSON (it is 1)"),
        ({"meta": ["a=b"]}, {"labels": {"a": "b"}}, None),
        ({"meta": "a=b"}, {"labels": {"a": "b"}}, None),
        ({"meta": 7}, {"labels": {"meta": "7"}}, "meta.meta: is no string"),
        ({"meta": ["host"]}, {"labels": {"host": ""}}, "meta: no key=value"),
        ({"meta": {"": "x"}}, {"labels": {}}, 'meta: a label without a name left out (its value is "x")'),
        ({"meta": {"n" * 300: "x"}}, {"labels": {"n" * 255: "x"}}, "meta: a name cut to 255 characters"),
        ({"summary": "", "details": "\nfirst\nsecond"}, {"summary": "first"}, "summary: is missing, the first line"),
        ({"summary": None, "dedup": "db1/disk"}, {"summary": "db1/disk"}, "summary: is missing, dedup taken"),
        ({"dedup": 17}, {"dedup_key": "user:1:17"}, "dedup: is no string"),
    ],
)
async def test_what_is_not_as_it_should_be_pages_all_the_same_and_is_told(
    sender: Sender, sent: dict[str, Any], kept: dict[str, Any], how: str | None
) -> None:
    await sender.send(**{"summary": "s"} | sent)
    alert = await sender.alert()
    assert {name: alert[name] for name in kept} == kept
    mended = (await sender.logged(alert["id"]))[0][1].get("mended", [])
    assert mended[0].startswith(how) if how else mended == []


async def test_a_key_that_is_too_long_is_the_same_each_time_and_differs_from_others(sender: Sender) -> None:
    first = await sender.send(summary="s", dedup="k" * 600)
    again = await sender.send(summary="s", dedup="k" * 600)
    other = await sender.send(summary="s", dedup="k" * 601)
    assert (again["AlertID"], again["IsNew"], other["IsNew"]) == (first["AlertID"], False, True)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded; charset=iso-8859-1", b"summary=%DCberlast+\xe4"),
        ("application/json; charset=ISO-8859-1", b'{"summary": "\xdcberlast \xe4"}'),
        ('application/json; charset="utf-16"', '{"summary": "Überlast ä"}'.encode("utf-16")),
        (
            "multipart/form-data; boundary=b; charset=windows-1252",
            b"--b\r\nContent-Disposition: form-data; name=summary\r\n\r\n\xdcberlast \xe4\r\n--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=_charset_\r\n\r\niso-8859-1\r\n"
            b"--b\r\nContent-Disposition: form-data; name=summary\r\n\r\n\xdcberlast \xe4\r\n--b--\r\n",
        ),
    ],
)
async def test_a_body_is_read_in_the_charset_that_it_declares(sender: Sender, content_type: str, body: bytes) -> None:
    headers = {"Content-Type": content_type}
    answer = await sender.post(params={"token": sender.token}, content=body, headers=headers)
    assert answer.status_code == 204, answer.text
    alert = await sender.alert()
    assert alert["summary"] == "Überlast ä"
    assert "mended" not in (await sender.logged(alert["id"]))[0][1]


@pytest.mark.parametrize("charset", ["klingon", "idna", "unicode_escape", "hex"])
async def test_a_charset_that_is_none_is_said_to_be(sender: Sender, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    body = '{"summary": "Überlast"}'.encode()
    answer = await sender.post(params={"token": sender.token}, content=body, headers=headers)
    assert answer.status_code == 204, answer.text
    alert = await sender.alert()
    assert alert["summary"] == "Überlast"
    told = [f"body: read as UTF-8, there is no charset {charset}"]
    assert (await sender.logged(alert["id"]))[0][1]["mended"] == told


@pytest.mark.parametrize("where", ["json", "form"])
async def test_of_too_many_labels_the_first_are_kept_and_the_alert_says_so(sender: Sender, where: str) -> None:
    labels = {f"label{n}": str(n) for n in range(5000)}
    if where == "json":
        await sender.send(summary="s", meta=labels | {"last": [1]})
    else:
        data = {"summary": "s", "meta": [*(f"{name}={value}" for name, value in labels.items()), "last"]}
        assert (await sender.post(params={"token": sender.token}, data=data)).status_code == 204
    alert = await sender.alert()
    assert alert["labels"] == {f"label{n}": str(n) for n in range(64)}
    (event,) = await sender.logged(alert["id"])
    assert event[1]["mended"] == ["meta: the first 64 of 5001 labels kept"]


async def test_an_over_long_summary_is_kept_whole_in_the_details(sender: Sender) -> None:
    long = "very " * 400 + "long"
    ids = await sender.send(summary=long, details="more")
    alert = await sender.alert()
    assert len(alert["summary"]) == 1024
    assert alert["summary"] == long[:1023] + "…"
    assert alert["details"] == f"{long}\n\nmore"
    assert "cut to 1024" in (await sender.logged(alert["id"]))[0][1]["mended"][0]
    assert (await sender.send(summary=long, details="more"))["AlertID"] == ids["AlertID"]
    assert (await sender.send(summary=long, details="more", action="close"))["AlertID"] == ids["AlertID"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b'{"summary": "a\\u0000b"}', "a\ufffdb"),
        (b'{"summary": "a\\ud800b"}', "a\ufffdb"),
        (b'{"summary": "a\xffb"}', "a\ufffdb"),
        (b'{"summary": "a\\u0007b"}', "a b"),
        (b'{"summary": "a\nb"}', "a b"),
        (b'{"summary": "\\ud83d\\ude00"}', "\U0001f600"),
    ],
)
async def test_broken_text_is_mended_and_said_to_be(sender: Sender, sent: bytes, kept: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await sender.post(params={"token": sender.token}, content=sent, headers=headers)
    assert answer.status_code == 204, answer.text
    alert = await sender.alert()
    assert alert["summary"] == kept
    (event,) = await sender.logged(alert["id"])
    assert ("mended" in event[1]) is (kept != "\U0001f600")


@pytest.mark.parametrize("where", ["query", "form", "multipart"])
async def test_broken_bytes_are_mended_wherever_they_stand(sender: Sender, where: str) -> None:
    token = sender.token
    match where:
        case "query":
            answer = await sender.post(f"/api/v2/generic/incoming?token={token}&summary=a%00%FFb&meta=k%00=v%FF")
        case "form":
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = await sender.post(
                params={"token": token}, content=b"summary=a%00%FFb&meta=k%00=v\xff", headers=form
            )
        case _:
            parts = [("summary", (None, b"a\0\xffb")), ("meta", (None, b"k\0=v\xff"))]
            answer = await sender.post(params={"token": token}, files=parts)
    assert answer.status_code == 204, answer.text
    alert = await sender.alert()
    assert (alert["summary"], alert["labels"]) == ("a\ufffd\ufffdb", {"k\ufffd": "v\ufffd"})
    assert len((await sender.logged(alert["id"]))[0][1]["mended"]) == 3


async def test_a_body_that_is_not_read_is_said_to_be_left_out(sender: Sender) -> None:
    answer = await sender.post(
        params={"token": sender.token, "summary": "s"}, content=b"<xml/>", headers={"Content-Type": "text/xml"}
    )
    assert answer.status_code == 204
    alert = await sender.alert()
    assert (await sender.logged(alert["id"]))[0][1]["mended"] == ["body: not read, its type is text/xml"]


async def test_the_same_message_at_the_same_moment_is_one_alert(sender: Sender) -> None:
    answers = await asyncio.gather(*(sender.send(summary="s", dedup="k") for _ in range(2)))
    assert sorted(answer["IsNew"] for answer in answers) == [False, True]
    alert = await sender.alert()
    assert alert["count"] == 2
    assert {answer["AlertID"] for answer in answers} == {alert["id"]}
    assert [event for event, _ in await sender.logged(alert["id"])] == ["created", "duplicate_suppressed"]


async def test_many_at_once_are_all_counted(sender: Sender) -> None:
    await asyncio.gather(*(sender.send(summary="s", dedup=f"k{n % 3}") for n in range(30)))
    rows = await sender.pool.fetch("select count from alerts")
    assert [row["count"] for row in rows] == [10, 10, 10]


async def test_closing_and_raising_at_once_ends_in_one_defined_state(sender: Sender) -> None:
    await sender.send(summary="s", dedup="k")
    await asyncio.gather(
        *(sender.send(summary="s", dedup="k", action=action) for action in ("close", "", "close", "", "ack"))
    )
    rows = await sender.pool.fetch("select status from alerts order by id")
    assert sum(row["status"] != "closed" for row in rows) <= 1


async def test_links_are_kept_and_refreshed_by_a_message_that_has_some(sender: Sender) -> None:
    runbook = {"kind": "runbook", "href": "https://wiki.example.org/disk", "text": "Disk is full"}
    await sender.send(summary="s", dedup="k", links=[runbook, "https://graphs.example.org/1"])
    link = {"kind": "link", "href": "https://graphs.example.org/1", "text": ""}
    assert await sender.links() == [runbook, link]
    await sender.send(summary="s", dedup="k")
    assert await sender.links() == [runbook, link]
    await sender.send(summary="s", dedup="k", links="https://graphs.example.org/2")
    assert await sender.links() == [link | {"href": "https://graphs.example.org/2"}]


async def test_what_is_no_address_of_the_web_becomes_text_in_the_details(sender: Sender) -> None:
    links = ["javascript:alert(1)", {"href": "ftp://a.example", "text": "dump"}, {"text": "no address"}, 7]
    await sender.send(summary="s", details="d", links=links)
    assert await sender.links() == []
    alert = await sender.alert()
    assert alert["details"] == 'd\n\njavascript:alert(1)\ndump: ftp://a.example\n{"text": "no address"}\n7'
    ((_, meta),) = await sender.logged(alert["id"])
    assert "links: an address must be an address" in str(meta["mended"])
