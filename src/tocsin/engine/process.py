"""Which process this is among those of its machine, and whether another one of them has ended."""

import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ENDED = frozenset("ZXx")


@dataclass(frozen=True, slots=True)
class Process:
    """A process. ``machine`` is the world in which its ``pid`` is one process's; None: it is not known."""

    host: str
    pid: int
    machine: str | None
    started: str | None

    def has_ended(self, here: "Process") -> bool:
        """Whether it is certain, seen from the process ``here``, that it runs no longer."""
        if self.machine is None or (self.machine, self.host) != (here.machine, here.host):
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:  # there, and somebody else's
            return False
        return self.started is not None and _started(self.pid) not in (self.started, None)


def this_process() -> Process:
    """The process that asks."""
    return Process(socket.gethostname(), os.getpid(), _machine(), _started(os.getpid()))


def _machine() -> str | None:
    """One start of the kernel and one namespace of process ids, as Linux names them."""
    with suppress(OSError):
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {Path('/proc/self/ns/pid').readlink()}"
    return None


def _started(pid: int) -> str | None:
    """When the process started, in the kernel's ticks; "" when it has ended and waits for its parent; None: unknown."""
    with suppress(OSError):
        # The name before the last parenthesis may hold anything (proc(5): state is field 3, starttime field 22).
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] in _ENDED else fields[19]
    return None
