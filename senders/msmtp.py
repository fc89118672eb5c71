"""Debian's msmtp: a script that writes its mails itself, and what other programs send mail by."""

from pathlib import Path

from senders.debian import environment, unpack
from senders.processes import run, version_of
from senders.target import Target


def sendmail(target: Target, directory: Path) -> Path:
    """A program as sendmail is one, which hands mail to Tocsin by msmtp."""
    program = unpack("msmtp", "usr/bin/msmtp")
    configuration, script = directory / "msmtprc", directory / "sendmail"
    settings = ("account default", "host 127.0.0.1", f"port {target.mail_port}", "from root@db1.example.org", "tls off")
    configuration.write_text("\n".join(settings) + "\n", encoding="utf-8")
    libraries = environment()["LD_LIBRARY_PATH"]
    command = f'LD_LIBRARY_PATH={libraries} exec {program} -C {configuration} "$@"'
    script.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    script.chmod(0o755)
    return script


async def drive(target: Target, directory: Path) -> None:
    """Raise an alert whose name stands in the address, and close it."""
    script = sendmail(target, directory)
    print(await version_of(script, "--version"))
    address = target.mail_address.replace("@", "+db1/disk@")
    for subject, status in (("Disk is full on db1", "triggered"), ("RESOLVED: disk on db1", "closed")):
        mail = f"To: {address}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n92 % of /var – now\n"
        await run([script, "-t"], mail)
        await target.wait_for("inbound_email", "Disk is full on db1", status)
