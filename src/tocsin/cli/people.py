"""``tocsin user`` and ``tocsin token``: what an administrator needs when nobody can sign in."""

import getpass
import os

from pydantic import TypeAdapter, ValidationError

from tocsin.channels.email.address import check_email
from tocsin.cli.runtime import open_store
from tocsin.cli.tables import print_table
from tocsin.errors import FieldError, InvalidInput, NotFound
from tocsin.http.fields import Name
from tocsin.store.actor import Actor, Role, Scope, acting
from tocsin.store.people import sessions, tokens, users
from tocsin.store.people.passwords import hash_password
from tocsin.store.people.tokens import TokenSpec
from tocsin.store.people.users import UserSpec
from tocsin.store.random_secrets import new_password

_NAME: TypeAdapter[str] = TypeAdapter(Name)


def _operator() -> Actor:
    return Actor(type="cli", id=None, name=_login_name(), role="admin", scope="admin")


def _login_name() -> str:
    """Who runs the command; ``uid <n>`` where that uid has no name, as in a container that is given one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _checked(name: str) -> str:
    """The name as the API would take it. Raises InvalidInput."""
    try:
        return _NAME.validate_python(name)
    except ValidationError as error:
        raise InvalidInput(
            *(FieldError("name", item["msg"].removeprefix("Value error, ")) for item in error.errors())
        ) from None


async def create_token(name: str, role: Role, scope: Scope) -> None:
    """Make a token that belongs to nobody and print it, and nothing else."""
    spec = TokenSpec(name=_checked(name), role=role, scope=scope)
    if scope == "admin" and role != "admin":
        raise InvalidInput(FieldError("scope", "admin needs role admin"))
    async with open_store() as pool, acting(pool, _operator()) as connection:
        _, secret = await tokens.create(connection, spec)
    print(secret)


async def create_user(name: str, email: str, role: Role) -> None:
    """Make a user; print the password that signs them in."""
    try:
        address = check_email(email)
    except ValueError as error:
        raise InvalidInput(FieldError("email", str(error))) from error
    spec = UserSpec(name=_checked(name), email=address, role=role)
    password = new_password()
    async with open_store() as pool, acting(pool, _operator()) as connection:
        await users.create(connection, spec, await hash_password(password))
    print(password)


async def reset_password(email: str) -> None:
    """Replace a password, end the sessions that it opened, print the new one. Raises NotFound."""
    password = new_password()
    async with open_store() as pool, acting(pool, _operator()) as connection:
        found = await users.password_of(connection, email)
        if found is None:
            raise NotFound(f"no user has the address {email}")
        user_id, _ = found
        await users.set_password(connection, user_id, await hash_password(password))
        await sessions.end_all(connection, user_id)
    print(password)


async def list_users() -> None:
    """Print the first 200 users."""
    async with open_store() as pool:
        found = await users.page(pool, None, None, 200)
    print_table(
        ("name", "email", "role", "id"), [(user.name, user.email, user.role, str(user.id)) for user in found.items]
    )
