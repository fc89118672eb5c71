"""A proxy that stands before Tocsin, and keeps what goes through it for `make test` to send again.

What it keeps has the form that `tests.ingest.recorded` reads: nothing of it is changed but the address of this machine
and the key.
"""

import json
import re
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web

from senders.target import Target, free_port

_RECORDED = Path(__file__).parents[1] / "tests" / "ingest"
_NOT_KEPT = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}
_OF_THIS_MACHINE = re.compile(r"127\.0\.0\.1:\d+")


@dataclass(slots=True)
class Recorder:
    """Where senders send to, and what they have sent."""

    target: Target
    url: str
    client: httpx.AsyncClient
    exchanges: list[dict[str, Any]] = field(default_factory=list)

    async def forward(self, request: web.Request) -> web.Response:
        """Hand a request on to Tocsin, and its answer back."""
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items() if name.lower() not in _NOT_KEPT}
        path = request.raw_path
        answer = await self.client.request(request.method, path, headers=headers, content=body)
        self.exchanges.append(
            {
                "method": request.method,
                "path": self._kept(path),
                "headers": {name: self._kept(value) for name, value in headers.items()},
                "body": self._kept(body.decode()),
                "status": answer.status_code,
                "answer": _read(answer),
            }
        )
        kind = answer.headers.get("content-type", "text/plain")
        return web.Response(body=answer.content, status=answer.status_code, headers={"content-type": kind})

    def save(self, name: str, sender: str, program: Sequence[str]) -> None:
        """Write what was sent since the last time into ``<format>/recorded/<name>.json``, and forget it."""
        file = _RECORDED / f"{name}.json"
        file.parent.mkdir(exist_ok=True, parents=True)
        recording = {"sender": sender, "program": program, "exchanges": self.exchanges}
        file.write_text(json.dumps(recording, indent=1) + "\n", encoding="utf-8")
        print(f"  recorded {len(self.exchanges)} requests: {name}")
        self.exchanges = []

    def _kept(self, text: str) -> str:
        for secret in self.target.keys.values():
            text = text.replace(secret, "<key>")
        return _OF_THIS_MACHINE.sub("127.0.0.1:9", text.replace(socket.gethostname(), "host"))


def _read(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text


@asynccontextmanager
async def recording(target: Target, certificate: Path | None = None) -> AsyncIterator[Recorder]:
    """A recorder on a port of this machine; with a certificate it speaks TLS."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=target.url, timeout=60))
        port, scheme = free_port(), "https" if certificate else "http"
        recorder = Recorder(target, f"{scheme}://127.0.0.1:{port}", client)
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", recorder.forward)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=_tls(certificate)).start()
        yield recorder


def _tls(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def make_certificate(directory: Path) -> Path:
    """A certificate of this machine, with its key, that nobody else trusts."""
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + key.read_text())
    return certificate


def environment_of(certificate: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """What makes a Python program trust the certificate."""
    return {**inherited, "SSL_CERT_FILE": str(certificate), "NO_PROXY": "127.0.0.1"}
