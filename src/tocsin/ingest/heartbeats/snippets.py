"""What pings a heartbeat monitor, ready to copy."""

import shlex
from collections.abc import Sequence

from tocsin.ingest.message_format import Snippet

_CURL = "curl -fsS -m 10 --retry 5 -o /dev/null"


def snippets(url: str) -> Sequence[Snippet]:
    """Commands and files that ping the address."""
    return [
        Snippet("ping", "A ping", f"{_CURL} {shlex.quote(url)}"),
        Snippet("cron", "After a command in cron, with its exit code", _cron(url)),
        Snippet("script", "Around a command: its start, its exit code and its log", _script(url)),
        Snippet("systemd", "After each run of a systemd service", _systemd(url)),
        Snippet("kubernetes", "In a Kubernetes CronJob", _kubernetes(url)),
    ]


def _cron(url: str) -> str:
    return f"30 2 * * * /usr/local/bin/backup; {_CURL} {shlex.quote(url)}/$?"


def _script(url: str) -> str:
    return (
        f"url={shlex.quote(url)}\n"
        f'{_CURL} "$url/start"\n'
        "log=$(/usr/local/bin/backup 2>&1)\n"
        "code=$?\n"
        f'printf \'%s\' "$log" | {_CURL} --data-binary @- "$url/$code"'
    )


def _systemd(url: str) -> str:
    escaped = url.replace("%", "%%")
    return (
        "# systemctl edit backup.service\n"
        "[Service]\n"
        f"ExecStartPre=-{_CURL} {escaped}/start\n"
        f"ExecStopPost=-/bin/sh -c '{_CURL} {escaped}/$${{EXIT_STATUS:-fail}}'"
    )


def _kubernetes(url: str) -> str:
    return (
        "containers:\n"
        "- name: backup\n"
        "  image: example/backup\n"
        "  command: [/bin/sh, -c]\n"
        "  args:\n"
        "  - |\n"
        "    /usr/local/bin/backup; code=$?\n"
        f"    {_CURL} {shlex.quote(url)}/$code\n"
        "    exit $code"
    )
