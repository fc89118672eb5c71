"""A PostgreSQL of the soak's own that can be stopped and started in every way."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

from tocsin.db.embedded_account import make_data_directory, server_account
from tocsin.db.embedded_cluster import Cluster
from tocsin.db.embedded_install import server_programs
from tocsin.db.embedded_process import find_running, start

P = ParamSpec("P")
T = TypeVar("T")

How = Literal["fast", "immediate"]


@dataclass(frozen=True, slots=True)
class Server:
    """The cluster of Tocsin's embedded server, run by hand: nobody revives it."""

    cluster: Cluster
    programs: Path
    settings: Mapping[str, str]

    @property
    def socket(self) -> Path:
        """Where it listens."""
        running = find_running(self.cluster)
        assert running is not None, "PostgreSQL does not run"
        return running.socket_directory / ".s.PGSQL.5432"

    async def start(self) -> None:
        await _to_the_end(start, self.cluster, self.programs, self.settings)

    async def stop(self, how: How) -> None:
        """Stop it: ``fast`` rolls back what is under way, ``immediate`` is a crash."""
        command = [self.programs / "pg_ctl", "stop", "--silent", "-w", "-t", "60", "-m", how, "-D", self.cluster.pgdata]
        done = await _to_the_end(self.cluster.account.run, command)
        assert done.returncode == 0, done.stdout


async def _to_the_end(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call it in a thread; cancelled, wait for it all the same, for what it begins must be undone."""
    task = asyncio.create_task(asyncio.to_thread(function, *arguments, **named))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


@asynccontextmanager
async def server(directory: Path, settings: Mapping[str, str]) -> AsyncIterator[Server]:
    """A running server below ``directory``."""
    account = server_account()
    make_data_directory(account, directory)
    programs = await asyncio.to_thread(server_programs, account, directory)
    made = Server(Cluster(directory, account), programs, settings)
    await asyncio.to_thread(made.cluster.initialise, made.programs)
    made.cluster.write_access_rules()
    try:
        await made.start()
        yield made
    finally:
        if find_running(made.cluster):
            await made.stop("immediate")


def open_directory(parent: str | None = None) -> Path:
    """A fresh directory that the server's account can enter."""
    directory = Path(tempfile.mkdtemp(prefix="tocsin-soak-", dir=parent)).resolve()
    directory.chmod(0o755)
    return directory
