import logging
import time
from datetime import timedelta

import pytest

from tocsin.channels.apprise import AppriseSender
from tocsin.channels.page import Destination
from tocsin.errors import DeliveryFailed
from tocsin.testing.receivers import Hang

SECRET = "hunter2"


def destination(receiver):
    address = receiver.url.replace("http://", f"json://ada:{SECRET}@")
    return Destination("apprise", f"{address}?-token={SECRET}")


async def refused(sender, page, to):
    with pytest.raises(DeliveryFailed) as caught:
        await sender.send(to, page)
    assert SECRET not in caught.value.reason
    return caught.value


async def test_title_body_links_and_urgency_arrive(webhooks, make_page):
    await AppriseSender().send(destination(webhooks), make_page())
    (request,) = await webhooks.wait_for(1)
    assert request.json["title"] == "[CRITICAL] Shop: disk is full (#42)"
    assert request.json["type"] == "failure"
    for needed in ("usage=97 %", "/a/ack_1.x?s=1&t=2", "/a/close", "/a/escalate", "/alerts/42"):
        assert needed in request.json["message"]


async def test_a_service_that_refuses_is_worth_retrying(webhooks, make_page):
    webhooks.script(500)
    error = await refused(AppriseSender(), make_page(), destination(webhooks))
    assert not error.permanent
    await AppriseSender().send(destination(webhooks), make_page())
    assert len(webhooks.requests) == 2


async def test_a_service_that_hangs_ends_at_the_time_limit(webhooks, make_page):
    webhooks.script(Hang())
    started = time.monotonic()
    error = await refused(AppriseSender(timedelta(seconds=0.3)), make_page(), destination(webhooks))
    webhooks.release()
    assert not error.permanent
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "url", ["", "hunter2", "nope://hunter2", "json://", "json://a/hunter2, json://b", "tgram://hunter2"]
)
async def test_a_url_that_apprise_cannot_read_is_permanent(make_page, url):
    assert (await refused(AppriseSender(), make_page(), Destination("apprise", url))).permanent


async def test_no_log_holds_the_url(webhooks, make_page, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    webhooks.script(500)
    await refused(AppriseSender(), make_page(), destination(webhooks))
    await refused(AppriseSender(), make_page(), Destination("apprise", f"nope://{SECRET}"))
    assert SECRET not in caplog.text + "".join(capfd.readouterr())
