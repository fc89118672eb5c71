"""Install pip into the environment of the Python that runs this, with nothing but Python's standard library.

Debian splits ``ensurepip`` from Python, and a small system has neither pip nor curl nor wget. So this takes pip's
newest wheel that suits this Python from the index that pip itself would use: it reads pip's variables and files,
checks the link's hash, and lets the wheel install itself. Of an index it needs the HTML form (PEP 503), which all have.
"""

import base64
import configparser
import hashlib
import netrc
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

PUBLIC_INDEX = "https://pypi.org/simple"
_TIMEOUT_SECONDS = 60
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

Version = tuple[int, ...]


class InstallError(Exception):
    """Why there is no pip, for whoever runs this."""


@dataclass(frozen=True, slots=True)
class Link:
    """One file of the index, and what the index says about it."""

    url: str  # with the file's hash as its fragment
    requires_python: str = ""
    yanked: bool = False

    @property
    def version(self) -> Version | None:
        """The version of a released pip wheel; None for everything else."""
        name = unquote(urlsplit(self.url).path.rpartition("/")[2])
        found = re.fullmatch(r"pip-(\d+(?:\.\d+)*)-(?:py2\.)?py3-none-any\.whl", name)
        return _version(found[1]) if found else None

    def suits(self, python: Version) -> bool:
        """Whether it is a pip wheel that this Python may install."""
        return self.version is not None and not self.yanked and allows(self.requires_python, python)


def _version(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def allows(specifiers: str, python: Version) -> bool:
    """Whether a ``Requires-Python`` such as ``>=3.9, !=3.9.1`` holds for the Python; an unknown form does not."""
    return all(_allows(part.strip(), python) for part in specifiers.split(",") if part.strip())


def _allows(specifier: str, python: Version) -> bool:
    found = re.fullmatch(r"(>=|<=|==|!=|>|<|~=)\s*(\d+(?:\.\d+)*)(\.\*)?", specifier)
    if not found:
        return False
    asked = _version(found[2])
    if found[3] or found[1] == "~=":
        prefix = asked[: len(asked) - (found[1] == "~=")]
        alike = python[: len(prefix)] == prefix
        return {"==": alike, "!=": not alike, "~=": alike and python >= asked}.get(found[1], False)
    length = max(len(asked), len(python))
    have, want = (value + (0,) * (length - len(value)) for value in (python, asked))
    order = {">=": have >= want, "<=": have <= want, ">": have > want, "<": have < want, "!=": have != want}
    return order.get(found[1], have == want)


def newest(links: Iterable[Link], python: Version) -> Link | None:
    """The wheel of the newest pip that suits the Python."""
    return max((link for link in links if link.suits(python)), key=lambda link: link.version or (), default=None)


class _Page(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._base = url
        self.links: list[Link] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "base" and (base := found.get("href")):
            self._base = urljoin(self._base, base)
        if tag == "a" and (href := found.get("href")):
            url = urljoin(self._base, href)
            self.links.append(Link(url, found.get("data-requires-python") or "", "data-yanked" in found))


def links_of(page: str, url: str) -> list[Link]:
    """What a project's page of a simple index (PEP 503) links to."""
    parser = _Page(url)
    parser.feed(page)
    return parser.links


def pip_options(environ: Mapping[str, str]) -> dict[str, str]:
    """What pip is told by its files and variables, by the option's name; the later and the narrower wins."""
    options: dict[str, str] = {}
    for path in _files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError) as error:
            raise InstallError(f"{path}: {error}") from None
        for section in ("global", "install"):
            if parser.has_section(section):
                options |= {_option(name): value for name, value in parser.items(section) if value}
    variables = {name: value for name, value in environ.items() if name.startswith("PIP_") and value}
    return options | {_option(name.removeprefix("PIP_")): value for name, value in variables.items()}


def _option(name: str) -> str:
    return name.lower().replace("_", "-")


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    home = Path(environ.get("HOME", "/nonexistent"))
    for directory in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":"):
        yield Path(directory, "pip", "pip.conf")
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf")
    if named:
        yield Path(named)


@dataclass(frozen=True, slots=True)
class Index:
    """Where pip's project page is, and how to reach it as pip would."""

    options: Mapping[str, str]
    environ: Mapping[str, str]

    @property
    def page(self) -> str:
        return f"{self.options.get('index-url', PUBLIC_INDEX).rstrip('/')}/pip/"

    def fetch(self, url: str) -> tuple[bytes, str]:
        """The content behind the URL, and the URL without credentials that it came from after redirections."""
        address, credentials = self._credentials(url)
        self._require_safe(address)
        request = urllib.request.Request(address, headers={"Accept": "text/html, */*;q=0.1"})  # noqa: S310 - see above
        if credentials:
            request.add_unredirected_header("Authorization", f"Basic {base64.b64encode(credentials).decode()}")
        try:
            with self._opener(address).open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return answer.read(), answer.url
        except (URLError, OSError) as error:
            raise InstallError(f"{address}: {error}") from None

    def _credentials(self, url: str) -> tuple[str, bytes]:
        """The address to ask, and ``user:password`` when the URL, the index's URL or ~/.netrc has them."""
        parts = urlsplit(urldefrag(url).url)
        index = urlsplit(self.page)
        known = parts if "@" in parts.netloc else index
        host = parts.netloc.rpartition("@")[2]
        address = urlunsplit(parts._replace(netloc=host))
        user, at, _ = known.netloc.rpartition("@")
        if at and host == known.netloc.rpartition("@")[2]:
            return address, unquote(user).encode()
        return address, _from_netrc(parts.hostname or "")

    def _trusted(self, address: str) -> bool:
        parts = urlsplit(address)
        return bool({parts.netloc, parts.hostname} & set(self.options.get("trusted-host", "").split()))

    def _require_safe(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK and not self._trusted(address):
            raise InstallError(f"{address} is not https; pip's setting trusted-host allows a host without it")

    def _opener(self, address: str) -> urllib.request.OpenerDirector:
        proxy = self.options.get("proxy")
        proxies = urllib.request.ProxyHandler({"http": proxy, "https": proxy} if proxy else None)
        return urllib.request.build_opener(proxies, urllib.request.HTTPSHandler(context=self._context(address)))

    def _context(self, address: str) -> ssl.SSLContext:
        """Trusts what pip trusts: its setting cert, the usual variables, or the system's (SSL_CERT_FILE)."""
        if self._trusted(address):
            return ssl._create_unverified_context()  # noqa: S323, SLF001 - who set trusted-host asked for it
        cert = self.options.get("cert") or self.environ.get("REQUESTS_CA_BUNDLE") or self.environ.get("CURL_CA_BUNDLE")
        if not cert:
            return ssl.create_default_context()
        where = Path(cert)
        if not where.exists():
            raise InstallError(f"the certificates {cert}, which pip is told to trust, are not there")
        return ssl.create_default_context(
            cafile=None if where.is_dir() else cert, capath=cert if where.is_dir() else None
        )


def _from_netrc(host: str) -> bytes:
    try:
        found = netrc.netrc().authenticators(host)
    except (OSError, netrc.NetrcParseError):
        return b""
    return f"{found[0]}:{found[2]}".encode() if found else b""


def require_hash(content: bytes, url: str) -> None:
    """Raises InstallError unless the content has the hash that the link names; sha256, as every index writes."""
    found = re.search(r"\bsha256=([0-9a-f]{64})\b", urlsplit(url).fragment)
    if not found:
        raise InstallError("the index gives no sha256 for pip's wheel")
    if hashlib.sha256(content).hexdigest() != found[1]:
        raise InstallError("pip's wheel is not what the index says: its sha256 differs")


def install(environ: Mapping[str, str]) -> None:
    """Fetch the wheel and let it install itself here. Raises InstallError."""
    index = Index(pip_options(environ), environ)
    content, base = index.fetch(index.page)
    link = newest(links_of(content.decode("utf-8", "replace"), base), sys.version_info[:3])
    if link is None:
        raise InstallError(f"{base} has no wheel of pip for Python {sys.version.split()[0]}")
    wheel, _ = index.fetch(link.url)
    require_hash(wheel, link.url)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, unquote(urlsplit(link.url).path.rpartition("/")[2]))
        path.write_bytes(wheel)
        run_from(path)


def run_from(wheel: Path) -> None:
    options = [
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action",
        "ignore",
        "--no-index",
        "--no-deps",
        "--no-compile",
    ]
    done = subprocess.run([sys.executable, f"{wheel}/pip", "install", *options, wheel], check=False)
    if done.returncode != 0:
        raise InstallError("pip's wheel could not install itself; see above")


if __name__ == "__main__":
    try:
        install(os.environ)
    except InstallError as error:
        sys.exit(f"Could not get pip from the package index: {error}.")
