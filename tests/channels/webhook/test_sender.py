import asyncio
import logging
import socket
import time
from datetime import timedelta

import pytest

from tocsin import __version__
from tocsin.channels.page import Destination
from tocsin.channels.webhook.receiver import Drip, Drop, Garbage, Hang, Respond, WebhookReceiver, redirect
from tocsin.channels.webhook.sender import WebhookSender
from tocsin.channels.webhook.signature import verify_signature
from tocsin.errors import DeliveryFailed

SECRET = "s3cret-in-the-query"


@pytest.fixture
def sender(client):
    return WebhookSender(client)


def destination(receiver, secret=None):
    return Destination("webhook", f"{receiver.url}?token={SECRET}", secret)


def place(receiver):
    return receiver.url.removeprefix("http://").removesuffix("/page")


async def refused(sender, page, to):
    with pytest.raises(DeliveryFailed) as caught:
        await sender.send(to, page)
    assert SECRET not in caught.value.reason
    return caught.value


async def test_posts_exactly_the_documented_json(sender, webhooks, make_page):
    page = make_page()
    await sender.send(destination(webhooks), page)
    (request,) = await webhooks.wait_for(1)
    assert request.method == "POST"
    assert request.json == {
        "type": "alert",
        "page_id": str(page.page_id),
        "idempotency_key": "42:0:user:rule",
        "alert": {
            "id": 42,
            "summary": "disk is full",
            "details": "usage=97 %\nmount=/srv",
            "status": "triggered",
            "url": "https://oncall.example.org/alerts/42",
        },
        "service": {"id": str(page.service_id), "name": "Shop"},
        "escalation": {"policy": "First line", "step_number": 1, "loop_count": 2},
        "actions": {
            "acknowledge": "https://oncall.example.org/a/ack_1.x?s=1&t=2",
            "close": "https://oncall.example.org/a/close",
            "escalate": "https://oncall.example.org/a/escalate",
        },
    }


async def test_posts_about_the_engine_and_no_alert(sender, webhooks, make_page):
    await sender.send(destination(webhooks), make_page(kind="engine", status="sick", actions=None))
    assert webhooks.requests[0].json == {
        "type": "engine",
        "page_id": "0198f0aa-0000-7000-8000-000000000001",
        "idempotency_key": "42:0:user:rule",
        "engine": {
            "status": "sick",
            "summary": "disk is full",
            "details": "usage=97 %\nmount=/srv",
            "url": "https://oncall.example.org/alerts/42",
        },
        "escalation": {"policy": "First line"},
    }


async def test_a_test_page_without_actions_says_so(sender, webhooks, make_page):
    await sender.send(destination(webhooks), make_page(kind="test", actions=None))
    (request,) = await webhooks.wait_for(1)
    assert (request.json["type"], request.json["actions"]) == ("test", None)


async def test_headers_name_the_content_the_sender_and_the_idempotency_key(sender, webhooks, make_page):
    await sender.send(destination(webhooks), make_page())
    (request,) = await webhooks.wait_for(1)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == f"Tocsin/{__version__}"
    assert request.headers["idempotency-key"] == "42:0:user:rule"
    assert "tocsin-signature" not in request.headers


async def test_text_that_no_encoding_can_carry_is_sent_as_a_json_escape(sender, webhooks, make_page):
    await sender.send(destination(webhooks), make_page(summary="a\ud800b\x00"))
    (request,) = await webhooks.wait_for(1)
    assert request.json["alert"]["summary"] == "a\ud800b\x00"


async def test_a_receiver_can_verify_the_signature(sender, webhooks, make_page):
    await sender.send(destination(webhooks, "key"), make_page())
    (request,) = await webhooks.wait_for(1)
    header = request.headers["tocsin-signature"]
    assert verify_signature("key", header, request.body, now=time.time())
    assert not verify_signature("other", header, request.body, now=time.time())


async def test_a_receiver_with_another_secret_refuses(sender, make_page):
    async with WebhookReceiver(secret="right") as receiver:
        await sender.send(destination(receiver, "right"), make_page())
        error = await refused(sender, make_page(), destination(receiver, "wrong"))
        assert error.reason == f"{place(receiver)} answered 401 Unauthorized"
        await refused(sender, make_page(), destination(receiver))


async def test_an_error_status_is_worth_retrying_and_the_next_send_succeeds(sender, webhooks, make_page):
    webhooks.script(500)
    error = await refused(sender, make_page(), destination(webhooks))
    assert (error.reason, error.permanent) == (f"{place(webhooks)} answered 500 Internal Server Error", False)
    await sender.send(destination(webhooks), make_page())
    first, second = await webhooks.wait_for(2)
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 207])
async def test_every_2xx_is_sent(sender, webhooks, make_page, status):
    webhooks.script(status)
    await sender.send(destination(webhooks), make_page())


@pytest.mark.parametrize("status", [400, 404, 410, 429, 503])
async def test_no_status_is_permanent(sender, webhooks, make_page, status):
    webhooks.script(status)
    assert not (await refused(sender, make_page(), destination(webhooks))).permanent


async def test_a_receiver_that_hangs_ends_at_the_time_limit(client, webhooks, make_page):
    webhooks.script(Hang())
    started = time.monotonic()
    error = await refused(WebhookSender(client, timedelta(seconds=0.2)), make_page(), destination(webhooks))
    assert (error.reason, error.permanent) == (f"{place(webhooks)} did not answer within 0.2 s", False)
    assert time.monotonic() - started < 2


async def test_a_receiver_that_hangs_does_not_hold_up_another(sender, webhooks, make_page):
    webhooks.script(*[Hang()] * 5)
    hanging = [asyncio.create_task(sender.send(destination(webhooks), make_page())) for _ in range(5)]
    await webhooks.wait_for(5)
    async with WebhookReceiver() as other:
        await sender.send(destination(other), make_page())
    webhooks.release()
    await asyncio.gather(*hanging)


async def test_a_2xx_counts_even_when_its_body_never_ends(sender, webhooks, make_page):
    webhooks.script(Drip(200))
    started = time.monotonic()
    await sender.send(destination(webhooks), make_page())
    assert time.monotonic() - started < 5


async def test_a_slow_body_after_an_error_does_not_hold_the_sender(sender, webhooks, make_page):
    webhooks.script(Drip(500))
    started = time.monotonic()
    assert "500" in (await refused(sender, make_page(), destination(webhooks))).reason
    assert time.monotonic() - started < 5


async def test_a_long_answer_is_not_read_to_its_end(sender, webhooks, make_page):
    webhooks.script(Respond(200, b"x" * 50_000_000))
    started = time.monotonic()
    await sender.send(destination(webhooks), make_page())
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("data", [b"\x00\xff\r\n\r\n", b"220 mail.example.org ESMTP\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
async def test_garbage_is_worth_retrying(sender, webhooks, make_page, data):
    webhooks.script(Garbage(data))
    error = await refused(sender, make_page(), destination(webhooks))
    assert (error.reason, error.permanent) == (f"{place(webhooks)} answered with something that is not HTTP", False)


async def test_a_lost_connection_is_worth_retrying(sender, webhooks, make_page):
    webhooks.script(Drop())
    error = await refused(sender, make_page(), destination(webhooks))
    assert error.reason == f"the connection to {place(webhooks)} was lost before an answer"
    assert not error.permanent


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed_and_the_reason_says_so(sender, webhooks, make_page, status):
    async with WebhookReceiver() as elsewhere:
        webhooks.script(redirect(elsewhere.url, status))
        error = await refused(sender, make_page(), destination(webhooks))
        assert f"answered {status}" in error.reason
        assert "redirects are not followed" in error.reason
        assert elsewhere.requests == ()


async def test_a_closed_port_is_worth_retrying(sender, make_page):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{closed.getsockname()[1]}"
        url = f"http://{where}/?token={SECRET}"
        error = await refused(sender, make_page(), Destination("webhook", url))
    assert error.reason == f"no connection to {where}: Connection refused"
    assert not error.permanent


async def test_a_server_without_tls_is_named_as_such(sender, webhooks, make_page):
    to = Destination("webhook", webhooks.url.replace("http:", "https:"))
    error = await refused(sender, make_page(), to)
    assert error.reason.startswith(
        f"no connection to {place(webhooks)}: it hung up while connecting, as a server without TLS"
    )
    assert not error.permanent


@pytest.mark.parametrize("url", ["", "ftp://example.org", "http://", "http://h:99999/", "http://a b/"])
async def test_an_invalid_url_is_permanent(sender, make_page, url):
    assert (await refused(sender, make_page(), Destination("webhook", url))).permanent


async def test_no_log_holds_the_url(sender, webhooks, make_page, caplog):
    caplog.set_level(logging.DEBUG)
    await sender.send(destination(webhooks), make_page())
    assert SECRET not in caplog.text
    assert SECRET not in repr(destination(webhooks, SECRET))
