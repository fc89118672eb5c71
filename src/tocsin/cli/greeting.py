"""What ``tocsin serve`` tells whoever started it: where it is, and after the very first start how to sign in.

What it prints may end in a journal or a file that others read. So the password and the tokens are printed on a
terminal only; otherwise they go into a file that only its owner reads, and its path is printed.
"""

import os
import sys
from pathlib import Path

from rich.console import Console

from tocsin.cli.first_start import TOKEN_DAYS, Credentials
from tocsin.db.embedded import default_data_dir
from tocsin.errors import ConfigurationError
from tocsin.settings import Settings

_FILE = "first-sign-in.txt"


def greet(loaded: Settings, credentials: Credentials | None) -> None:
    """Print the address, and after the very first start how to sign in, or where that is written."""
    console = Console(highlight=False, soft_wrap=True)
    if loaded.public_url is None and loaded.listens_everywhere:
        console.print("[yellow]TOCSIN_PUBLIC_URL is not set: the links in pages only work on this machine.[/yellow]")
    console.print(f"\n[bold]Tocsin[/bold] is ready at [bold]{loaded.base_url}[/bold]\n")
    if credentials is None:
        return
    if sys.stdout.isatty():
        console.print(f"Shown once, please keep:\n{_sign_in(loaded, credentials)}", markup=False)
    else:
        console.print(f"The first sign-in is in {_path(loaded)}\nDelete that file once you have kept it.", markup=False)


def keep(loaded: Settings, credentials: Credentials) -> None:
    """Write the first sign-in into a file that only its owner reads, unless a terminal shows it.

    Raises ConfigurationError when that is not possible.
    """
    if sys.stdout.isatty():
        return
    path = _path(loaded)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_sign_in(loaded, credentials))
    except OSError as error:
        raise ConfigurationError(
            f"cannot write the first sign-in to {path}: {error.strerror}. Start from a terminal, or let TOCSIN_DATA_DIR"
            " name a directory that can be written to"
        ) from error


def _path(loaded: Settings) -> Path:
    return (loaded.data_dir or default_data_dir()).expanduser().resolve() / _FILE


def _sign_in(loaded: Settings, credentials: Credentials) -> str:
    incoming = f"{loaded.local_url}/api/v2/generic/incoming?token={credentials.integration_token}"
    timeline = f"{loaded.local_url}/api/v1/alerts/1/timeline"
    return f"""\
  administrator  {credentials.email}
  password       {credentials.password}
  API token      {credentials.token}

The token ends after {TOKEN_DAYS} days.

Fire a first alert:
  curl -H 'Accept: application/json' -d 'summary=Disk is full on db1' '{incoming}'

and see what became of it:
  curl -H 'Authorization: Bearer {credentials.token}' {timeline}

"""
