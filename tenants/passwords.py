"""Passwords: argon2id, off the event loop, few at a time, and as slow for an account that does not exist."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

SHORTEST, LONGEST = 10, 200
AT_ONCE = 2  # each takes 64 MiB and a core

hasher = PasswordHasher()  # argon2id by RFC 9106, 64 MiB
threads = ThreadPoolExecutor(AT_ONCE, "password")
OF_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$8VFCUADB4lOR6v8tbTZdNQ$/MqycYclfjyCegXBwuWTeBAlvN/OoIUhK9CYufuJeF0"  # of any word
)


class UnfitPassword(ValueError):
    """Too short or too long; the message says which."""


async def hash_password(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise UnfitPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    return await asyncio.get_running_loop().run_in_executor(threads, hasher.hash, normal(password))


async def is_password(password: str, stored: str | None) -> bool:
    """Takes as long for an account that has no password, or is not there, as for a wrong password."""
    return await asyncio.get_running_loop().run_in_executor(threads, verify, normal(password[:LONGEST]), stored)


def verify(password: str, stored: str | None) -> bool:
    try:
        return hasher.verify(stored or OF_NOBODY, password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    return hasher.check_needs_rehash(stored)


def normal(password: str) -> str:
    """One form for what keyboards of different systems send."""
    return unicodedata.normalize("NFKC", password)
