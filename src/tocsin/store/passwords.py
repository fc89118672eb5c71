"""Passwords, hashed with Argon2id in threads, a few at a time: each takes 64 MiB and a moment of a core."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tocsin.domain.password import normalized, spellings

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

# Verified in place of a hash that does not exist, so that the time taken does not tell who has an account.
_NOBODY = _hasher.hash("the password of nobody")


async def hash_password(password: str) -> str:
    """The hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, normalized(password))


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; False, as slowly, when nothing is stored."""
    matches = await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored or _NOBODY, password)
    return matches and stored is not None


def _verify(stored: str, password: str) -> bool:
    return any(_matches(stored, spelling) for spelling in spellings(password))


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
