"""Every way out by its name: their senders, and the check of their addresses."""

import pytest

from tocsin.channels.page import Destination
from tocsin.channels.registry import channel_types, check_address, open_senders
from tocsin.errors import ConfigurationError


async def test_every_type_has_a_sender_that_delivers(webhooks, mailbox, make_page):
    async with open_senders(mailbox.url) as senders:
        assert set(senders) == set(channel_types())
        await senders["webhook"].send(Destination("webhook", webhooks.url), make_page())
        await senders["email"].send(Destination("email", "ada@example.org"), make_page())
        url = webhooks.url.replace("http:", "json:")
        await senders["apprise"].send(Destination("apprise", url), make_page())
    assert (len(webhooks.requests), len(mailbox.messages)) == (2, 1)


async def test_a_wrong_smtp_url_stops_the_start():
    with pytest.raises(ConfigurationError):
        async with open_senders("http://mail.example.org"):
            pass


def test_an_address_is_checked_by_its_type() -> None:
    assert check_address("email", " ada@Example.ORG ") == "ada@example.org"
    assert check_address("webhook", "HTTP://example.org") == "http://example.org"


def test_an_address_of_an_unknown_type_is_refused_with_the_type() -> None:
    with pytest.raises(ValueError, match="'pigeon' is not one of"):
        check_address("pigeon", "coop")
