import asyncio
import logging
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest

from tocsin.channels.apprise.sender import AppriseSender
from tocsin.channels.page import Destination
from tocsin.channels.webhook.receiver import Drip, Hang, WebhookReceiver
from tocsin.errors import DeliveryFailed

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


async def test_a_service_that_hangs_does_not_hold_up_another(webhooks, make_page):
    sender, page = AppriseSender(timedelta(seconds=3)), make_page()
    webhooks.script(*[Hang()] * 40)
    async with WebhookReceiver() as other, asyncio.TaskGroup() as group:
        stuck = [group.create_task(sender.send(destination(webhooks), page)) for _ in range(40)]
        await webhooks.wait_for(40)
        await asyncio.wait_for(sender.send(destination(other), page), 2)
        assert not any(task.done() for task in stuck)
        webhooks.release()


async def test_a_url_cannot_keep_a_thread_beyond_the_time_limit(webhooks, make_page):
    webhooks.script(*[Hang()] * 3)
    to = destination(webhooks)
    patient = Destination("apprise", f"{to.address}&rto=3600&retry=2")
    before = set(threading.enumerate())
    await refused(AppriseSender(timedelta(seconds=0.3)), make_page(), patient)
    (thread,) = (one for one in threading.enumerate() if one.name == "channel" and one not in before)
    await asyncio.to_thread(thread.join, 3)
    assert not thread.is_alive()
    assert len(webhooks.requests) == 1


async def test_a_plugin_that_never_ends_costs_no_more_threads_than_a_host_may_have(webhooks, make_page, monkeypatch):
    monkeypatch.setattr("tocsin.channels.apprise.sender.MOST_PER_HOST", 2)
    sender, page = AppriseSender(timedelta(seconds=0.3)), make_page()
    webhooks.script(Drip(), Drip())
    for _ in range(2):
        assert "did not answer" in (await refused(sender, page, destination(webhooks))).reason
    error = await refused(sender, page, destination(webhooks))
    assert "has not ended 2 earlier messages" in error.reason
    assert not error.permanent
    async with WebhookReceiver() as other:
        await sender.send(destination(other), page)


def test_the_plugins_are_loaded_meanwhile_without_a_word():
    code = """
from apprise.manager_plugins import NotificationManager
from tocsin.channels.apprise.sender import load_plugins_soon
loading = load_plugins_soon()
assert loading.daemon
loading.join()
assert len(NotificationManager()) > 100
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True)
    assert done.stdout + done.stderr == ""


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
