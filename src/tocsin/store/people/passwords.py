"""Passwords, hashed with Argon2id in threads, a few at a time: each takes 64 MiB and a moment of a core.

Only a few wait for a thread: further ones are refused at once, with TooManyRequests, so that nobody waits for long.
Known clients still get a place when strangers are refused.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tocsin.domain.password import normalized, spellings
from tocsin.errors import TooManyRequests

T = TypeVar("T")

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

_MOST_STRANGERS = 16
_MOST = 48

# Verified in place of a hash that does not exist, so that the time taken does not tell who has an account.
_NOBODY = _hasher.hash("the password of nobody")


async def hash_password(password: str) -> str:
    """The hash to store. Raises TooManyRequests."""
    return await _queue.run(_MOST, partial(_hasher.hash, normalized(password)))


async def verify_password(stored: str | None, password: str, *, is_known: bool = True) -> bool:
    """Whether the password is the one that was hashed; False, as slowly, when nothing is stored.

    ``is_known``: the client is known from an earlier sign-in. Raises TooManyRequests.
    """
    matches = await _queue.run(_MOST if is_known else _MOST_STRANGERS, partial(_verify, stored or _NOBODY, password))
    return matches and stored is not None


@dataclass(slots=True)
class _Queue:
    """The number of passwords that are being hashed or wait for it."""

    length: int = 0

    async def run(self, most: int, hashing: Callable[[], T]) -> T:
        """Call the function in a thread. Raises TooManyRequests when ``most`` calls run or wait already."""
        if self.length >= most:
            raise TooManyRequests("too many sign-ins at this moment; try again in a few seconds", 2)
        self.length += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(_threads, hashing)
        finally:
            self.length -= 1


_queue = _Queue()


def _verify(stored: str, password: str) -> bool:
    return any(_matches(stored, spelling) for spelling in spellings(password))


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
