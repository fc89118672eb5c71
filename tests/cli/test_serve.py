"""``tocsin serve`` from its first start on: it greets, works as it says, stops, and keeps what it knows."""

import re
import signal
import smtplib
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cli.process import Home, Serving, free_port, new_home, serving
from tests.fixtures.curl import curl
from tests.fixtures.database import CLIENT

from tocsin.channels.webhook.receiver import WebhookReceiver

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def home(run_directory: Path) -> Iterator[Home]:
    mail = f"127.0.0.1:{free_port()}"
    with new_home(run_directory, TOCSIN_LOG_LEVEL="debug", TOCSIN_MAIL_LISTEN=mail) as made:
        yield made


@pytest.fixture(scope="module")
def server(home: Home) -> Iterator[Serving]:
    """One server for the tests of this module that need no other."""
    with serving(home) as running:
        yield running


def secret(running: Serving, label: str) -> str:
    """What the greeting gives under a label."""
    found = re.search(rf"^  {label}\s+(\S+)\s*$", running.sign_in, re.MULTILINE)
    assert found is not None, running.sign_in
    return found[1]


@pytest.fixture
def http(home: Home, server: Serving) -> Iterator[httpx.Client]:
    """A client with the token of the first start."""
    headers = {"Authorization": f"Bearer {secret(server, 'API token')}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{home.port}", headers=headers, **CLIENT) as client:
        yield client


def test_the_greeting_gives_a_sign_in_and_two_commands_that_work_as_printed(home: Home, server: Serving) -> None:
    assert server.wait_for("ready at (.+)$") == f"http://127.0.0.1:{home.port}"
    form = {"email": secret(server, "administrator"), "password": secret(server, "password")}
    assert httpx.post(f"http://127.0.0.1:{home.port}/api/v1/session", json=form, **CLIENT).status_code == 200
    fire, look = re.findall(r"^  (curl .*)$", server.sign_in, re.MULTILINE)
    fired, seen = (curl(command).text for command in (fire, look))
    assert '"IsNew":' in fired
    assert '"event":"created"' in seen


def test_mail_is_taken_and_its_address_stands_in_no_log(home: Home, server: Serving, http: httpx.Client) -> None:
    (service,) = http.get("/api/v1/services").json()["items"]
    keys = f"/api/v1/services/{service['id']}/integration-keys"
    key = http.post(keys, json={"name": "Mail", "type": "inbound_email"}).raise_for_status().json()
    assert key["url"] == f"{key['token']}@[127.0.0.1]"
    with smtplib.SMTP(*home.settings["TOCSIN_MAIL_LISTEN"].split(":")) as client:
        client.sendmail("root@db1", [key["url"]], "Subject: The backup has failed\r\n\r\n")
    assert http.get("/api/v1/alerts").json()["items"][0]["summary"] == "The backup has failed"
    assert key["token"] not in server.logged


def test_away_from_a_terminal_the_sign_in_is_in_a_file_that_only_its_owner_reads(home: Home, server: Serving) -> None:
    path = Path(server.wait_for(r"The first sign-in is in (\S+)"))
    assert path == home.data_dir.resolve() / "first-sign-in.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    hidden = [secret(server, "password"), secret(server, "API token"), "curl"]
    assert [text for text in hidden if text in server.said + server.logged] == []


def test_the_token_of_the_first_start_ends_after_seven_days(http: httpx.Client) -> None:
    tokens = http.get("/api/v1/tokens").json()["items"]
    token = next(token for token in tokens if token["name"] == "first start")
    created, ends = (datetime.fromisoformat(token[name]) for name in ("created_at", "expires_at"))
    assert ends - created == timedelta(days=7)


async def test_no_secret_is_in_the_log_after_pages_went_out(home: Home, server: Serving) -> None:
    headers = {"Authorization": f"Bearer {secret(server, 'API token')}"}
    url = f"http://127.0.0.1:{home.port}/api/v1"
    async with WebhookReceiver() as phone, httpx.AsyncClient(headers=headers, **CLIENT) as http:

        async def made(path: str, **body: object) -> dict[str, Any]:
            answer = await http.post(f"{url}/{path}", json=body)
            assert answer.status_code == 201, answer.text
            thing: dict[str, Any] = answer.json()
            return thing

        me = (await http.get(f"{url}/users/me")).json()["id"]
        address = f"{phone.url}?key=s3cret"
        method = await made(f"users/{me}/contact-methods", name="Phone", type="webhook", address=address)
        await made(f"users/{me}/notification-rules", contact_method_id=method["id"], delay_seconds=0)
        service = (await http.get(f"{url}/services")).json()["items"][0]["id"]
        key = await made(f"services/{service}/integration-keys", name="log")
        phone.script(500)
        assert (await http.post(key["url"], data={"summary": "disk"})).status_code == 204
        await http.post(key["url"], content=b"{", headers={"Content-Type": "application/json"})
        await http.post(f"{url}/session", json={"email": "ann@example.org", "password": "s3cret"})
        page = (await phone.wait_for(2, 20))[-1]
        links = page.json["actions"]
        assert (await http.post(links["acknowledge"])).status_code == 200
        assert (await http.post(f"{links['close']}x")).status_code == 404
    hidden = [
        secret(server, "password"),
        secret(server, "API token"),
        key["token"],
        method["secret"],
        "s3cret",
        *(link.rpartition("/")[2] for link in links.values()),
    ]
    assert [text for text in hidden if text in server.logged] == []


def test_a_token_is_made_beside_the_server_and_printed_alone(home: Home, http: httpx.Client) -> None:
    token = home.tell("token", "create", "deployments", "--role", "admin")
    assert re.fullmatch(r"tocsin_\S{43}", token)
    assert http.get("/api/v1/audit", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    entry = http.get("/api/v1/audit", params={"object_type": "api_tokens"}).json()["items"][0]
    assert (entry["actor"]["type"], entry["after"]["name"]) == ("cli", "deployments")
    refused = home.run("token", "create", "x", "--role", "user", "--scope", "admin")
    assert (refused.returncode, refused.stderr) == (1, "tocsin: scope: admin needs role admin\n")


def test_users_are_made_listed_and_given_a_new_password(home: Home, http: httpx.Client) -> None:
    first = home.tell("user", "create", "Ann Lee", "ann@example.org")
    (listed,) = (line for line in home.run("user", "list", COLUMNS="40").stdout.splitlines() if "Ann Lee" in line)
    assert "ann@example.org" in listed
    second = home.tell("user", "password", "ann@example.org")
    codes = [
        httpx.post(
            f"{http.base_url}/api/v1/session", json={"email": "ann@example.org", "password": password}, **CLIENT
        ).status_code
        for password in (first, second)
    ]
    assert codes == [401, 200]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["user", "create", "Ben", "no address"], "email"),
        (["user", "create", "Ben", "admin@localhost"], "already used"),
        (["user", "create", "a\tb", "ben@example.org"], "name"),
        (["user", "create", "", "ben@example.org"], "name"),
        (["user", "password", "nobody@example.org"], "nobody@example.org"),
        (["token", "create", ""], "name"),
        (["jobs", "retry", "4711"], "no job 4711 is parked"),
    ],
)
def test_a_command_that_cannot_be_done_is_one_sentence(
    home: Home, server: Serving, arguments: list[str], said: str
) -> None:
    done = home.run(*arguments)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("tocsin: ")
    assert said in line


def test_parked_jobs_are_listed(home: Home, server: Serving) -> None:
    assert home.tell("jobs", "parked") == "No job is parked."


def test_migrate_says_what_the_schema_is(home: Home, server: Serving) -> None:
    assert re.fullmatch(r"The database is at schema version \d+\.", home.tell("migrate"))


def test_a_second_server_on_the_same_directory_is_refused(home: Home, server: Serving) -> None:
    done = home.run("serve", TOCSIN_LISTEN="127.0.0.1:0")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"(process {server.process.pid})" in line
    assert str(home.data_dir) in line


def test_a_life_of_starts_and_stops(run_directory: Path) -> None:
    """First start, Ctrl-C, again, SIGKILL, and again: the data stays, nothing secret is said twice."""
    with new_home(run_directory) as home:
        with serving(home) as first:
            token = {"Authorization": f"Bearer {secret(first, 'API token')}"}
            users = f"http://127.0.0.1:{home.port}/api/v1/users"
            assert httpx.get(f"http://127.0.0.1:{home.port}/health/ready", **CLIENT).status_code == 200
            httpx.post(
                users, json={"name": "Ann", "email": "ann@example.org"}, headers=token, **CLIENT
            ).raise_for_status()
            assert first.stop(signal.SIGINT) == 0
        assert not home.has_postgres
        with serving(home) as second:
            assert len(httpx.get(users, headers=token, **CLIENT).json()["items"]) == 2
            second.stop(signal.SIGKILL)
            assert "sign-in" not in second.said
        assert home.has_postgres  # it goes on until somebody comes
        with serving(home) as third:
            assert len(httpx.get(users, headers=token, **CLIENT).json()["items"]) == 2
            assert third.stop(signal.SIGTERM) == 0
            assert "sign-in" not in third.said
        assert not home.has_postgres


def test_an_address_that_is_taken_is_said_and_loses_nobody_the_sign_in(
    home: Home, server: Serving, run_directory: Path
) -> None:
    with new_home(run_directory) as other:
        done = other.run("serve", TOCSIN_LISTEN=f"127.0.0.1:{home.port}")
        assert done.returncode == 1
        assert f"cannot listen on 127.0.0.1:{home.port} (TOCSIN_LISTEN)" in done.stderr.splitlines()[-1]
        assert not other.has_postgres
        with serving(other, on_terminal=True) as second:
            assert "Shown once" in second.sign_in
            assert not (other.data_dir / "first-sign-in.txt").exists()
            assert secret(second, "password")  # the first start that came to nothing has not used up the sign-in
