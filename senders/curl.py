"""curl, by the commands that the docs show."""

import subprocess

from senders.processes import run
from senders.target import Target


async def drive(target: Target) -> None:
    """Raise an alert by a form, and close it."""
    version = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True)
    print(" ".join(version.stdout.split()[:2]))
    url = f"{target.url}/api/v2/generic/incoming?token={target.keys['generic']}"
    for fields, status in ((["summary=Disk is full", "dedup=d"], "triggered"), (["dedup=d", "action=close"], "closed")):
        data = [part for field in fields for part in ("-d", field)]
        await run(["curl", "-fsS", "--noproxy", "*", *data, url])
        await target.wait_for("generic", "Disk is full", status)
