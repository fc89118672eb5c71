"""Processes that all ask for the server's account at one moment; run it where /etc and /run are a copy.

``python -m tests.db.account_race PROCESSES ROUNDS`` prints one JSON object per round: what each process got, and what
the account files say in the end.
"""

import grp
import json
import os
import pwd
import sys
from pathlib import Path

from tocsin.db.embedded_account import server_account

ACCOUNT_FILES = ("passwd", "group", "shadow", "gshadow")


def main(processes: int, rounds: int) -> None:
    before = {name: Path("/etc", name).read_bytes() for name in ACCOUNT_FILES if Path("/etc", name).exists()}
    for _ in range(rounds):
        for name, content in before.items():
            Path("/etc", name).write_bytes(content)
        sys.stdout.write(json.dumps({"got": race(processes), "settled": settled()}) + "\n")


def race(processes: int) -> list[list[int]]:
    """What ``server_account`` answered in each of the processes."""
    gate, opener = os.pipe()
    answers, answer = os.pipe()
    children = [child(gate, opener, answer) for _ in range(processes)]
    os.close(answer)
    os.close(opener)  # all children read the end of their gate at once
    with os.fdopen(answers) as lines:
        got = [json.loads(line) for line in lines]
    os.close(gate)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * processes
    return got


def child(gate: int, opener: int, answer: int) -> int:
    if pid := os.fork():
        return pid
    os.close(opener)
    os.read(gate, 1)
    account = server_account()
    os.write(answer, f"{json.dumps([account.uid, account.gid])}\n".encode())
    os._exit(0)


def settled() -> list[int]:
    return [pwd.getpwnam("tocsin").pw_uid, grp.getgrnam("tocsin").gr_gid]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
