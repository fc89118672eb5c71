"""What sends mail to an integration key, or hands mail over by HTTP, ready to copy."""

import shlex
from collections.abc import Sequence

from tocsin.ingest.message_format import Snippet


def snippets(address: str) -> Sequence[Snippet]:
    """Commands and settings for an address of mail; for one of HTTP, while no mail is received."""
    return _by_http(address) if address.startswith(("http://", "https://")) else _by_mail(address)


def _by_http(url: str) -> Sequence[Snippet]:
    send = f"curl -fsS -H 'Content-Type: message/rfc822' --data-binary @- {shlex.quote(url)}"
    return [
        Snippet("alias", "In /etc/aliases: hand mail for tocsin@ this machine over by HTTP", f'tocsin: "|{send}"'),
        Snippet("try", "Try it without a mail server", f"printf 'Subject: Disk is full on db1\\n\\n92 %%' | {send}"),
    ]


def _by_mail(address: str) -> Sequence[Snippet]:
    local, _, domain = address.rpartition("@")
    return [
        Snippet("mail", "Raise an alert", f"echo '92 % of /var' | mail -s 'PROBLEM: Disk on db1' {address}"),
        Snippet("close", "Close it when all is well again", f"echo '40 %' | mail -s 'RECOVERY: Disk on db1' {address}"),
        Snippet(
            "dedup",
            "Say by the address which alert is meant",
            f"echo '92 %' | mail -s 'Disk is full on db1' {local}+db1-disk@{domain}",
        ),
        Snippet("cron", "The output of what cron runs", f"MAILTO={address}\n30 2 * * * /usr/local/bin/backup"),
        Snippet("monit", "In /etc/monit/monitrc", f"set alert {address}"),
        Snippet(
            "nagios",
            "A contact of Nagios",
            f"define contact {{\n  contact_name  tocsin\n  use  generic-contact\n  email  {address}\n}}",
        ),
    ]
