"""Links arrive byte for byte by every service of Apprise whose messages a local server can take."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from apprise.manager_plugins import NotificationManager
from tests.channels.apprise.server import AppriseServer, apprise_server

from tocsin.channels.apprise.guard import SCHEMAS
from tocsin.channels.apprise.sender import AppriseSender
from tocsin.channels.page import Actions, Destination
from tocsin.errors import DeliveryFailed

URLS = Path(__file__).with_name("urls.txt").read_text().split()

# Services whose message is not taken here, with the reason. All others have a URL in urls.txt.
NOT_TAKEN = {
    "another protocol than HTTP": "amqp amqps aprs deltachat deltachats irc ircs mailto mailtos rsyslog",
    "a library that Tocsin does not bring along": "fcm growl mqtt mqtts session sessions smpp smpps sogs xmpp xmpps",
    "a sign-in of several steps": "azure bluesky bsky emby embys jellyfin jellyfins lfg o365",
    "a message that is encoded as a whole": "nostr ses",
    "two lines of text": "kodi kodis xbmc xbmcs",
    "a key of an unknown form": "goalert goalerts lauther mobilemessage mobilemsg trigv trigvs wpush youlmk",
}

# As real ones look: base64 with underscores, and a query.
LINKS = Actions("https://oncall.example.org/act/WyJh_bC1__-x.y?a=1&b=_2_", "https://h/act/_c_", "https://h/act/__e__")
DETAILS = "see https://wiki.example.org/a_b/c~d?x=1&y=_z_ for *more*"


def plugin(schema):
    return NotificationManager()[schema]


@pytest.fixture(scope="module")
def shared_server():
    with pytest.MonkeyPatch.context() as patch, apprise_server(patch) as server:
        yield server


@pytest.fixture
def server(shared_server):
    shared_server.requests.clear()
    shared_server.status, shared_server.headers = 200, {}
    return shared_server


async def send(url, page):
    schema = url.partition("://")[0]
    plugin(schema).request_rate_per_sec = 0  # some plugins sleep between two messages
    with suppress(DeliveryFailed):  # our answer is not that of every service; its request comes all the same
        await AppriseSender(timedelta(seconds=10)).send(Destination("apprise", url), page)


@pytest.mark.parametrize("url", URLS, ids=lambda url: url.partition("://")[0])
async def test_links_arrive_byte_for_byte(server: AppriseServer, make_page, url):
    page = make_page(actions=LINKS, details=DETAILS)
    for written in (url, f"{url}?format=markdown"):
        server.requests.clear()
        await send(written, page)
        for link in (
            LINKS.acknowledge,
            LINKS.close,
            LINKS.escalate,
            page.alert_url,
            "https://wiki.example.org/a_b/c~d",
        ):
            assert server.holds(link), (written, link)


def test_every_service_is_tried_or_named_with_a_reason():
    tried = {plugin(url.partition("://")[0]) for url in URLS}
    named = {plugin(schema) for schemas in NOT_TAKEN.values() for schema in schemas.split()}
    assert tried | named == {plugin(schema) for schema in SCHEMAS}
    assert not tried & named


async def test_what_a_summary_holds_is_no_markup(server: AppriseServer, make_page):
    url = next(url for url in URLS if url.startswith("webex:"))
    await send(url, make_page(summary="[click](https://evil.example.org/x) *now* _all_"))
    assert server.holds(r"\[click\]\(https://evil.example.org/x\) \*now\* \_all\_")
    assert not server.holds("[click](https://evil.example.org/x)")


async def test_a_redirect_is_not_followed(server: AppriseServer, make_page):
    server.status, server.headers = 302, {"Location": "http://10.0.0.1/internal"}
    with pytest.raises(DeliveryFailed):
        await AppriseSender().send(Destination("apprise", "json://127.0.0.1/x"), make_page())
    assert len(server.requests) == 1
