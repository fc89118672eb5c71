"""What payloads make of a mapping: three senders, what is made up for, and what cannot be mapped."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.datastructures import Headers
from tests.ingest.mapped.payloads import ALL, GITHUB, GITHUB_OPTIONS, HOME_MADE, HOME_MADE_OPTIONS
from tests.ingest.storable import assert_storable, mutated

from tocsin.domain.dedup_key import shown_key
from tocsin.errors import InvalidInput, Unmapped
from tocsin.ingest.mapped.mapping import FieldMapping
from tocsin.ingest.mapped.message import mapped_message
from tocsin.ingest.message_format import Message, RawRequest
from tocsin.ingest.registry import check_options, formats


def messages_of(payload: object, options: Mapping[str, str]) -> Sequence[Message]:
    check_options("mapped", options)
    made = [mapped_message(item) for item in FieldMapping.of(options).items(payload)]
    return [message for message in made if message is not None]


def only(payload: object, **options: str) -> Message:
    (message,) = messages_of(payload, options)
    return message


def unmapped(payload: object, **options: str) -> list[tuple[str, str]]:
    with pytest.raises(Unmapped) as refused:
        messages_of(payload, options)
    return [(wrong.field, wrong.message) for wrong in refused.value.errors]


def test_senders() -> None:
    made = {name: messages_of(*sent) for name, sent in ALL.items()}
    told = {
        name: [
            (each.action, each.alert.summary, each.alert.severity, shown_key(each.alert.dedup_key)) for each in found
        ]
        for name, found in made.items()
    }
    assert told == {
        "github": [("trigger", "acme/shop: CI failed on main", "error", "acme/shop/161335/main")],
        "sentry": [("trigger", "ZeroDivisionError: division by zero", "error", "sentry/1170820242")],
        "home-made": [
            ("trigger", "disk on db1 is bad", "critical", "db1/disk"),
            ("close", "http on web1 is ok", "critical", "web1/http"),
        ],
    }
    assert [each.alert.mended for found in made.values() for each in found] == [[], [], [], []]
    (github,), (sentry,), (disk, _) = made.values()
    assert github.alert.labels == {"repository": "acme/shop", "branch": "main"}
    assert [(link.href, link.text) for link in github.alert.links] == [(GITHUB["workflow_run"]["html_url"], "The run")]
    assert sentry.alert.labels == {"environment": "production"}
    assert sentry.alert.details == "culprit: shop.prices in round_up\nrule: Prices are wrong"
    assert disk.alert.details == "92.5"


@pytest.mark.parametrize(
    ("conclusion", "actions"), [("success", ["close"]), ("timed_out", ["trigger"]), ("skipped", [])]
)
def test_an_event_may_close_or_be_ignored(conclusion: str, actions: list[str]) -> None:
    run = {**GITHUB["workflow_run"], "conclusion": conclusion}
    assert [each.action for each in messages_of({**GITHUB, "workflow_run": run}, GITHUB_OPTIONS)] == actions


@pytest.mark.parametrize(
    ("word", "action"),
    [("RESOLVED", "close"), (True, "trigger"), (False, "close"), ("ack", "acknowledge"), (None, "trigger")],
)
def test_words_for_what_to_do(word: object, action: str) -> None:
    message = only({"word": word}, summary="'s'", action="payload.word")
    assert (message.action, message.alert.mended) == (action, [])


@pytest.mark.parametrize(
    ("options", "field", "value", "mended"),
    [
        ({"details": "payload.text"}, "details", "", ["details: there is no field text"]),
        ({"details": "payload.n"}, "details", "3", []),
        ({"severity": "payload.level"}, "severity", "warning", ['severity: warning taken for "WARN"']),
        ({"severity": "payload.sev"}, "severity", "critical", ["severity: there is no field sev"]),
        ({"action": "'restart'"}, "summary", "s", ['action: open taken for "restart", which is not known']),
        ({"labels": "{'a': payload.n, 'b': null, 'c': payload.on}"}, "labels", {"a": "3", "c": "true"}, []),
        ({"labels": "payload.level"}, "labels", {}, ['labels: is no object, left out (it is "WARN")']),
        ({"labels": "{'a': payload.?n, 'b': payload.?m, ?'c': payload.?level}"}, "labels", {"a": "3", "c": "WARN"}, []),
        ({"dedup": "payload.id"}, "summary", "s", ["dedup: there is no field id"]),
        ({"items": "payload.?a"}, "summary", "s", ["items: gives nothing, so the payload is taken for one"]),
        ({"summary": "payload.title", "dedup": "payload.n"}, "summary", "3",
         ["summary: is missing, dedup taken", "summary: there is no field title"]),
        ({"summary": "payload.list"}, "summary", '["x"]', ['summary: is no string, written as JSON (it is ["x"])']),
        ({"items": "payload.a"}, "summary", "s", ["items: there is no field a, so the payload is taken for one"]),
        ({"items": "payload.n"}, "summary", "s", ["items: gives no list, so the payload is taken for one"]),
    ],
)  # fmt: skip
def test_what_an_expression_does_not_give_is_made_up_for_and_said(
    options: dict[str, str], field: str, value: object, mended: list[str]
) -> None:
    payload = {"n": 3, "level": "WARN", "on": True, "list": ["x"]}
    alert = only(payload, **{"summary": "'s'", **options}).alert
    assert (getattr(alert, field), alert.mended) == (value, mended)


def test_what_nothing_names_cannot_be_mapped_and_all_is_said_that_is_wrong() -> None:
    assert unmapped({"a": 1}, details="payload.b") == [("summary", "is not set"), ("dedup", "is not set")]
    assert unmapped({"a": None}, summary="payload.a", dedup="payload.b.c", action="payload.d") == [
        ("summary", "gives nothing"),
        ("dedup", "there is no field b"),
        ("action", "there is no field d"),
    ]
    assert unmapped({"alerts": [{"id": 1}, {}]}, items="payload.alerts", dedup="item.id")[1] == (
        "dedup",
        "there is no field id",
    )
    assert unmapped({}, summary=" ") == [("options", "the key has no mapping yet")]
    assert unmapped({"l": [1] * 501}, items="payload.l", summary="'s'") == [
        ("items", "may give 500 at most (it gives 501)")
    ]


def test_the_page_about_it_has_the_same_expressions() -> None:
    page = (Path(__file__).parents[3] / "docs/ingest/mapped.md").read_text(encoding="utf-8")
    for _, options in ALL.values():
        for name, source in options.items():
            assert f"| `{name}` | `{source}` |" in page


@pytest.mark.parametrize(
    ("content_type", "body", "told"),
    [
        (
            "application/json",
            b'{"a": 1,}',
            "body: is not valid JSON: Expecting property name enclosed in double quotes",
        ),
        ("", b"[1, 2", "body: is not valid JSON: Expecting ',' delimiter"),
        ("application/x-www-form-urlencoded", b'{"a": ', "body: is not valid JSON: Expecting value"),
        ("application/json", b"hello", "body: is not valid JSON: Expecting value"),
        ("application/json", b"[" * 100_000, "body: is JSON with numbers too long or values nested too deep"),
        ("text/plain", b"hello", "body: is neither JSON nor a form"),
        ("multipart/form-data", b"hello", "body: is multipart, but Content-Type names no boundary"),
    ],
)
def test_a_body_that_is_broken_is_told_truly(content_type: str, body: bytes, told: str) -> None:
    submission = formats()["mapped"].read(RawRequest(b"token=t", Headers({"content-type": content_type}), body))
    with pytest.raises(InvalidInput) as refused:
        submission.by_options(HOME_MADE_OPTIONS)
    assert not isinstance(refused.value, Unmapped)  # its sender can mend it: 400, and not 202
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize(
    ("content_type", "query", "body"),
    [
        ("text/plain", b"token=t", b'\xef\xbb\xbf {"a": "x\ty"}'),
        ("application/x-www-form-urlencoded", b"token=t", b"a=x%09y"),
        ("text/plain", b"token=t&a=x%09y", b"hello"),
        ("application/json", b"token=t&a=x%09y", b" "),
    ],
)
def test_a_payload_is_json_a_form_or_a_query(content_type: str, query: bytes, body: bytes) -> None:
    submission = formats()["mapped"].read(RawRequest(query, Headers({"content-type": content_type}), body))
    (message,) = submission.by_options({"summary": "payload.a"})
    assert isinstance(message, Message)
    assert message.alert.summary == "x y"


def test_items_may_be_none() -> None:
    assert messages_of({"checks": []}, HOME_MADE_OPTIONS) == []


def test_an_option_that_is_no_expression_is_refused_with_its_position() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_options("mapped", {"summary": "payload.a +", "items": "item.a", "dedup": "'fine'", "title": "payload.a"})
    assert [(wrong.field, wrong.message) for wrong in refused.value.errors] == [
        ("options.summary", "is no CEL expression: it ends too early at character 12"),
        ("options.items", "is no CEL expression: there is nothing called item.a at character 5"),
        ("options.title", "is no option of a key of the type mapped"),
    ]


@given(st.sampled_from(sorted(ALL)), st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_payload_is_mapped_or_unmapped(name: str, data: st.DataObject) -> None:
    payload, options = ALL[name]
    body = data.draw(mutated(payload, HOME_MADE))
    with suppress(Unmapped):
        for message in messages_of(body, options):
            assert_storable(message)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"checks": [' + b"{}," * 50_000 + b"{}]}",
        b'{"checks": [{"host": ' + b"9" * 5000 + b', "check": "\\ud800\\u0000"}]}',
        b"\xff\xfe\x00",
        b"",
    ],
    ids=["deep", "items", "number", "bytes", "nothing"],
)
def test_what_is_huge_or_odd_is_mapped_or_unmapped(body: bytes) -> None:
    submission = formats()["mapped"].read(RawRequest(b"token=t", Headers({"content-type": "application/json"}), body))
    assert submission.secret == "t"
    with suppress(InvalidInput):
        for message in submission.by_options(HOME_MADE_OPTIONS):
            assert_storable(message)
