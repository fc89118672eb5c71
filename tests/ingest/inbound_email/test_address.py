"""The address of a key: shown where mail is received, and read as mail programs write it."""

import httpx
import pytest
from tests.fixtures.factories import Factory
from tests.ingest.inbound_email import mails

from tocsin.ingest.inbound_email.address import MailAddress, address_of, domain_of, read_address
from tocsin.ingest.inbound_email.format import INBOUND_EMAIL
from tocsin.ingest.inbound_email.snippets import snippets
from tocsin.settings import Settings

KEY = "4f31bd37885a649e9c2957a2ab78b95f"


@pytest.mark.parametrize(
    ("address", "read"),
    [
        (f"{KEY}@a.example", MailAddress(KEY, "", "a.example")),
        (f"{KEY.upper()}+DB1/disk+x@A.example", MailAddress(KEY, "DB1/disk+x", "a.example")),
        (f'"{KEY}+db1 \\"disk\\""@[127.0.0.1]', MailAddress(KEY, 'db1 "disk"', "[127.0.0.1]")),
        ("postmaster", MailAddress(None, "", "")),
        (f"{KEY}0@a.example", MailAddress(None, "", "a.example")),
        ("<>", MailAddress(None, "", "")),
    ],
)
def test_an_address_is_a_key_and_the_name_of_an_alert(address: str, read: MailAddress) -> None:
    assert read_address(address) == read


@pytest.mark.parametrize(
    ("given", "domain"),
    [
        ({"public_url": "https://oncall.example.org/"}, "oncall.example.org"),
        ({"public_url": "https://oncall.example.org", "mail_domain": "alerts.example.org"}, "alerts.example.org"),
        ({"listen": "192.0.2.7:8080"}, "[192.0.2.7]"),
        ({"public_url": "http://[2001:db8::1]:8080"}, "[IPv6:2001:db8::1]"),
    ],
)
def test_the_domain_is_that_of_tocsin_unless_another_is_set(given: dict[str, str], domain: str) -> None:
    assert domain_of(Settings(**given)) == domain


def test_there_are_commands_for_mail_and_for_http() -> None:
    assert address_of(Settings(), KEY) is None
    address = address_of(Settings(mail_listen="0.0.0.0:25", mail_domain="a.example"), KEY)
    assert address == f"{KEY}@a.example"
    assert f"{KEY}+db1-disk@a.example" in "".join(snippet.text for snippet in snippets(address))
    assert all("curl" in snippet.text for snippet in snippets("https://a.example/?token=x"))


async def test_a_mail_may_be_handed_over_by_http(anonymous: httpx.AsyncClient, make: Factory, token: str) -> None:
    path = "/api/v2/inbound_email/incoming"
    taken = await anonymous.post(path, params={"token": token, "dedup": "backup"}, content=mails.CRON)
    assert (taken.status_code, taken.text) == (200, "Ok.")
    assert (await anonymous.post(path, params={"token": "0" * 32}, content=mails.CRON)).status_code == 401
    assert (await anonymous.post(path, params={"token": token}, content=b"\n")).status_code == 400
    assert await make.pool.fetchval("select dedup_key from alerts") == "user:1:backup"


def test_without_a_server_for_mail_it_is_said_what_to_set() -> None:
    assert "TOCSIN_MAIL_LISTEN" in str(INBOUND_EMAIL.obstacle(Settings(mail_listen=None)))
    assert INBOUND_EMAIL.obstacle(Settings(mail_listen="127.0.0.1:25")) is None
