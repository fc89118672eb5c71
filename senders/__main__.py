"""Drive real senders at a Tocsin of our own, say what came of it, and record what they sent."""

import asyncio
import tempfile
from pathlib import Path

from senders import alertmanager, curl, mail_recording, monit, msmtp, nagios, python_packages
from senders.target import Target, tocsin

_BY_MAIL = {"msmtp": msmtp.drive, "monit": monit.drive, "nagios": nagios.drive}


async def drive_mail(target: Target) -> None:
    """What sends mail."""
    for name, drive in _BY_MAIL.items():
        since = await mail_recording.newest(target)
        with tempfile.TemporaryDirectory() as directory:
            await drive(target, Path(directory))
        await mail_recording.record(target, name, since)


async def main() -> None:
    async with tocsin() as target:
        # First, since Opsgenie's package names alerts by their numbers, which are the same when it is sent again.
        await python_packages.drive(target)
        await curl.drive(target)
        await alertmanager.drive(target)
        await drive_mail(target)
        waiting = await target.connection.fetchval(
            "select count(*) from received_payloads where outcome = 'quarantined'"
        )
        print(f"in quarantine: {waiting}")
        assert waiting == 0


asyncio.run(main())
