"""Advisory file locks between the processes that share one embedded server.

The kernel drops a lock when its holder ends, however it ends, and programs that we start do not inherit the
descriptors, so a lock is held exactly by a living Tocsin process.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)  # which also drops the lock


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock alone, after waiting for whoever has it."""
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold the lock together with others."""
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock at this moment."""
    with _opened(path) as descriptor:
        return _try_lock(descriptor)


@contextmanager
def exclusive_now(path: Path) -> Iterator[str | None]:
    """Hold the lock alone without waiting: yields None, or what its holder wrote when it is taken.

    The holder leaves its process number for whoever comes second.
    """
    with _opened(path) as descriptor:
        if not _try_lock(descriptor):
            yield os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            return
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
