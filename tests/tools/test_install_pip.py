"""Pip comes into an environment without it, from the index that pip's own settings name."""

import base64
import hashlib
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path

import pytest
from tools.install_pip import PUBLIC_INDEX, Index, InstallError, Link, allows, links_of, newest, pip_options

PYTHON = (3, 11, 2)
SCRIPT = Path(__file__).parents[2] / "tools" / "install_pip.py"


class SimpleIndex(ThreadingHTTPServer):
    """A package index on loopback that has one project, pip; what was asked of it and with which credentials."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.page = ""
        self.wheels: dict[str, bytes] = {}
        self.credentials: set[str] = set()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: SimpleIndex

    def do_GET(self) -> None:
        self.server.credentials.add(self.headers.get("Authorization", ""))
        content = self.server.wheels.get(self.path.rpartition("/")[2])
        if self.path == "/simple/pip/":
            content = self.server.page.encode()
        self.send_response(404 if content is None else 200)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index() -> Iterator[SimpleIndex]:
    with SimpleIndex() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the pip that is installed here."""
    installed = distribution("pip")
    path = tmp_path_factory.mktemp("wheel") / f"pip-{installed.version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file in installed.files or []:
            if file.suffix != ".pyc" and file.parts[0] in {"pip", f"pip-{installed.version}.dist-info"}:
                archive.write(str(file.locate()), str(file))
    return path


@pytest.fixture
def bare_python(tmp_path: Path) -> Path:
    """The Python of an environment without pip."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    return tmp_path / "venv" / "bin" / "python"


def run_script(python: Path, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The script with settings of its own: none of this machine's."""
    environment = {"PATH": os.defpath, "HOME": str(home), "XDG_CONFIG_DIRS": str(home / "none"), **variables}
    return subprocess.run([python, SCRIPT], env=environment, capture_output=True, text=True, check=False)


def configure(home: Path, index_url: str) -> None:
    (home / ".config" / "pip").mkdir(parents=True)
    (home / ".config" / "pip" / "pip.conf").write_text(f"[global]\nindex-url = {index_url}\n")


def offer(index: SimpleIndex, wheel: Path, digest: str | None = None) -> None:
    content = wheel.read_bytes()
    index.wheels[wheel.name] = content
    digest = digest or hashlib.sha256(content).hexdigest()
    index.page = f'<a href="../../files/{wheel.name}#sha256={digest}" data-requires-python="&gt;=3.7">pip</a>'


def test_pip_is_installed_from_the_index_of_the_users_own_file(
    index: SimpleIndex, wheel: Path, bare_python: Path, tmp_path: Path
) -> None:
    offer(index, wheel)
    configure(tmp_path, f"http://reader:p%40ss@{index.host}/simple")
    done = run_script(bare_python, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    asked = [bare_python, "-c", "import pip; print(pip.__version__)"]
    assert (
        subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == distribution("pip").version
    )
    assert index.credentials == {"Basic " + base64.b64encode(b"reader:p@ss").decode()}


def test_a_wheel_that_is_not_what_the_index_says_is_not_run(
    index: SimpleIndex, wheel: Path, bare_python: Path, tmp_path: Path
) -> None:
    offer(index, wheel, digest="0" * 64)
    done = run_script(bare_python, tmp_path, PIP_INDEX_URL=f"http://reader:secret@{index.host}/simple/")
    assert done.returncode == 1
    assert "pip's wheel is not what the index says: its sha256 differs" in done.stderr
    assert subprocess.run([bare_python, "-c", "import pip"], capture_output=True, check=False).returncode == 1


def test_an_index_that_does_not_answer_is_named_without_its_password(bare_python: Path, tmp_path: Path) -> None:
    done = run_script(bare_python, tmp_path, PIP_INDEX_URL="http://reader:secret@127.0.0.1:9/simple")
    assert done.returncode == 1
    assert "http://127.0.0.1:9/simple/pip/: " in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_newest_released_wheel_that_suits_this_python_is_taken() -> None:
    page = """
        <a href="pip-9.0.3-py2.py3-none-any.whl">old</a>
        <a href="pip-26.0-py3-none-any.whl" data-requires-python="&gt;=3.9">wanted</a>
        <a href="pip-26.1-py3-none-any.whl" data-yanked="broken">withdrawn</a>
        <a href="pip-27.0-py3-none-any.whl" data-requires-python="&gt;=3.12">for newer ones</a>
        <a href="pip-28.0b1-py3-none-any.whl">not released</a>
        <a href="pip-29.0.tar.gz">no wheel</a>"""
    found = newest(links_of(page, "https://index.example/simple/pip/"), PYTHON)
    assert found == Link("https://index.example/simple/pip/pip-26.0-py3-none-any.whl", ">=3.9")


@pytest.mark.parametrize(
    ("specifiers", "allowed"),
    [
        ("", True),
        (">=3.9", True),
        (">=3.11.2,<4", True),
        (">=3.11.3", False),
        ("<3.11", False),
        (">=2.7, !=3.0.*, !=3.1.*", True),
        ("!=3.11.*", False),
        ("==3.*", True),
        ("~=3.10", True),
        ("~=3.12", False),
        (">3.11.2", False),
        ("<=3.11.2", True),
        ("a new form", False),
    ],
)
def test_requires_python_is_understood(specifiers: str, *, allowed: bool) -> None:
    assert allows(specifiers, PYTHON) is allowed


def test_pips_files_and_variables_win_in_pips_own_order(tmp_path: Path) -> None:
    named = tmp_path / "named.conf"
    named.write_text("[global]\nindex-url = https://named/\ncert = /global\n[install]\ncert = /install\n")
    configure(tmp_path, "https://file/")
    home = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path)}
    assert pip_options(home)["index-url"] == "https://file/"
    assert pip_options(home | {"PIP_CONFIG_FILE": str(named)}).items() >= {
        ("index-url", "https://named/"),
        ("cert", "/install"),
    }
    assert pip_options(home | {"PIP_INDEX_URL": "https://variable/"})["index-url"] == "https://variable/"
    assert pip_options(home | {"PIP_CONFIG_FILE": os.devnull}) == {"config-file": os.devnull}
    assert Index({}, {}).page == f"{PUBLIC_INDEX}/pip/"


def test_a_host_without_https_is_asked_only_when_pip_is_told_to_trust_it() -> None:
    with pytest.raises(InstallError, match="is not https"):
        Index({}, {}).fetch("http://index.example/simple/pip/")
