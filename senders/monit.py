"""Debian's Monit, which mails by itself: it misses a file, and finds it."""

from pathlib import Path

from senders.debian import unpack
from senders.processes import running, version_of
from senders.target import Target


async def drive(target: Target, directory: Path) -> None:
    """Raise an alert, and close it."""
    monit = unpack("monit", "usr/bin/monit")
    print(await version_of(monit, "--version"))
    watched, configuration = directory / "lock", directory / "monitrc"
    settings = (
        "set daemon 1",
        f"set pidfile {directory}/monit.pid",
        f"set idfile {directory}/monit.id",
        f"set statefile {directory}/monit.state",
        f"set mailserver 127.0.0.1 port {target.mail_port}",
        "set mail-format { from: monit@db1.example.org }",
        f"set alert {target.mail_address} not on {{ instance, action }}",
        f"check file lock with path {watched}",
        "  if does not exist then alert",
    )
    configuration.write_text("\n".join(settings) + "\n", encoding="utf-8")
    configuration.chmod(0o600)
    async with running([monit, "-I", "-c", configuration]):
        await target.wait_for("inbound_email", "monit alert", "triggered")
        watched.touch()
        await target.wait_for("inbound_email", "monit alert", "closed")
