"""A busy server's wish to be left alone, in every form and by every way out that knows it."""

from datetime import timedelta

import pytest
from tests.channels.apprise.server import apprise_server

from tocsin.channels.apprise.sender import AppriseSender
from tocsin.channels.kit.retry_after import retry_after
from tocsin.channels.page import Destination
from tocsin.channels.registry import open_senders
from tocsin.channels.webhook.receiver import Respond
from tocsin.errors import DeliveryFailed

DATE = {"Date": "Sun, 06 Nov 1994 08:49:37 GMT"}


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "120"}, 120),
        (503, {"Retry-After": " 7 "}, 7),
        (503, {"Retry-After": "0"}, 0),
        (429, {"Retry-After": "86400"}, 3600),
        (429, {"Retry-After": "9" * 400}, 3600),
        (429, {"Retry-After": "Sun, 06 Nov 1994 08:50:37 GMT", **DATE}, 60),
        (429, {"Retry-After": "Sunday, 06-Nov-94 08:50:37 GMT", **DATE}, 60),
        (429, {"Retry-After": "Sun, 06 Nov 2094 08:50:37 GMT", **DATE}, 3600),
        (429, {"Retry-After": "Sun, 06 Nov 1994 08:00:00 GMT", **DATE}, 0),
        (429, {"Retry-After": "Sun, 06 Nov 1994 08:50:37 GMT"}, None),
        (429, {"Retry-After": "soon"}, None),
        (429, {"Retry-After": "-5"}, None),
        (429, {"Retry-After": "1.5"}, None),
        (429, {"Retry-After": "٣"}, None),
        (429, {"Retry-After": ""}, None),
        (429, {}, None),
        (500, {"Retry-After": "120"}, None),
        (200, {"Retry-After": "120"}, None),
    ],
)
def test_the_wait_that_an_answer_asks_for(status, headers, seconds):
    assert retry_after(status, headers) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize("status", [429, 503])
async def test_a_webhook_tells_it(webhooks, make_page, status):
    webhooks.script(Respond(status, headers={"retry-after": "90"}))
    async with open_senders(None) as senders:
        with pytest.raises(DeliveryFailed) as caught:
            await senders["webhook"].send(Destination("webhook", webhooks.url), make_page())
    assert (caught.value.retry_after, caught.value.permanent) == (timedelta(seconds=90), False)


@pytest.mark.parametrize(
    "url", ["json://127.0.0.1/x", "ntfy://topic", "gotify://127.0.0.1/token", "zulip://bot@org/" + "a" * 32]
)
async def test_apprise_tells_it_of_whichever_service(monkeypatch, make_page, url):
    with apprise_server(monkeypatch) as server:
        for headers, wait in (({"Retry-After": "90"}, timedelta(seconds=90)), ({}, None)):
            server.status, server.headers = 503, headers
            with pytest.raises(DeliveryFailed) as caught:
                await AppriseSender().send(Destination("apprise", url), make_page())
            assert caught.value.retry_after == wait
