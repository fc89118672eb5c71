"""``tocsin config``: the settings in force, as the lines of a TOML file."""

import json
from datetime import timedelta

from pydantic import SecretStr

from tocsin.cli.runtime import load_settings
from tocsin.settings import Settings


async def print_config() -> None:
    """Print each setting with its meaning. Secrets are masked; what is unset is a comment."""
    loaded = load_settings()
    for name, field in Settings.model_fields.items():
        value = getattr(loaded, name)
        print(f"# TOCSIN_{name.upper()}: {field.description}")
        print(f"# {name} =" if value is None else f"{name} = {_toml(value)}")
        print()


def _toml(value: object) -> str:
    if isinstance(value, SecretStr):
        return '"***"'
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return f"{seconds:.0f}" if seconds.is_integer() else str(seconds)
    return json.dumps(value) if isinstance(value, int | float | str) else json.dumps(str(value))
