import pytest

from tocsin.channels.page import Destination
from tocsin.channels.registry import channel_types, check_address, open_senders
from tocsin.channels.webhook.receiver import Respond
from tocsin.errors import ConfigurationError, DeliveryFailed


async def test_every_type_has_a_sender_that_delivers(webhooks, mailbox, make_page):
    async with open_senders(mailbox.url) as senders:
        assert set(senders) == set(channel_types())
        await senders["webhook"].send(Destination("webhook", webhooks.url), make_page())
        await senders["email"].send(Destination("email", "ada@example.org"), make_page())
        url = webhooks.url.replace("http:", "json:")
        await senders["apprise"].send(Destination("apprise", url), make_page())
    assert (len(webhooks.requests), len(mailbox.messages)) == (2, 1)


async def test_cookies_of_a_receiver_are_not_kept(webhooks, make_page):
    webhooks.script(Respond(200, headers={"Set-Cookie": "track=1"}))
    async with open_senders(None) as senders:
        for _ in range(2):
            await senders["webhook"].send(Destination("webhook", webhooks.url), make_page())
    assert "cookie" not in webhooks.requests[1].headers


async def test_without_a_server_email_says_which_setting_is_missing(make_page):
    async with open_senders(None) as senders:
        with pytest.raises(DeliveryFailed, match="TOCSIN_SMTP_URL") as caught:
            await senders["email"].send(Destination("email", "ada@example.org"), make_page())
    assert caught.value.permanent


async def test_a_wrong_smtp_url_stops_the_start():
    with pytest.raises(ConfigurationError):
        async with open_senders("http://mail.example.org"):
            pass


@pytest.mark.parametrize(
    ("kind", "address", "stored"),
    [
        ("email", " ada@Example.ORG ", "ada@example.org"),
        ("email", "Ada.L+page@mail.example.org", "Ada.L+page@mail.example.org"),
        ("email", "root@localhost", "root@localhost"),
        ("email", "jürgen@münchen.example", "jürgen@münchen.example"),
        ("webhook", "https://example.org", "https://example.org"),
        ("webhook", "HTTP://example.org:8080/a?b=c", "http://example.org:8080/a?b=c"),
        ("webhook", "https://user:pass@example.org/", "https://user:pass@example.org/"),
        ("webhook", "http://[::1]:9000/x", "http://[::1]:9000/x"),
        ("apprise", "json://localhost:9000/x", "json://localhost:9000/x"),
        ("apprise", "ntfy://topic", "ntfy://topic"),
        ("apprise", "sendgrid://abcd:ada@example.org/?template=d-1", "sendgrid://abcd:ada@example.org/?template=d-1"),
    ],
)
def test_a_good_address_is_normalised(kind, address, stored):
    assert check_address(kind, address) == stored
    assert check_address(kind, stored) == stored


@pytest.mark.parametrize(
    ("kind", "address", "quoted"),
    [
        ("email", "", "''"),
        ("email", "ada", "'ada'"),
        ("email", "ada@", "'ada@'"),
        ("email", "@example.org", "'@example.org'"),
        ("email", "a@b@example.org", "'a@b@example.org'"),
        ("email", "a b@example.org", "'a b@example.org'"),
        ("email", "a@example..org", "'a@example..org'"),
        ("email", "a@-example.org", "'a@-example.org'"),
        ("email", ".a@example.org", "'.a@example.org'"),
        ("email", "Ada <ada@example.org>", "'Ada <ada@example.org>'"),
        ("email", "a\r\nb@example.org", "'a��b@example.org'"),
        ("email", "a\x00@example.org", "'a�@example.org'"),
        ("email", "a\ud800@example.org", "'a�@example.org'"),
        ("webhook", "example.org", "'example.org'"),
        ("webhook", "ftp://example.org", "'ftp://example.org'"),
        ("webhook", "http://", "'http://'"),
        ("webhook", "http:///path", "'http:///path'"),
        ("webhook", "http://example.org/a b", "'http://example.org/a b'"),
        ("webhook", "http://exa\tmple.org", "'http://exa�mple.org'"),
        ("webhook", "http://example.org:70000", "'http://example.org:70000'"),
        ("webhook", "http://example.org:0", "'http://example.org:0'"),
        ("webhook", "http://[::1", "'http://[::1'"),
        ("webhook", "ftp://user:hunter2@example.org/?key=hunter2", "'ftp://…@example.org/…'"),
        ("apprise", "nope://hunter2", "'nope://…'"),
        ("apprise", "hunter2", "'…'"),
        ("apprise", "json://h/a\nb", "'json://…'"),
        ("pigeon", "coop", "'pigeon'"),
    ],
)
def test_a_wrong_address_is_refused_with_the_value_but_no_credentials(kind, address, quoted):
    with pytest.raises(ValueError, match="is not") as caught:
        check_address(kind, address)
    assert quoted in str(caught.value)
    assert "hunter2" not in str(caught.value)
