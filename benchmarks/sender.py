"""A sender of alerts that costs the machine little: what is measured shall be Tocsin's, and not a client's."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True)
class Sender:
    """Posts JSON to one address over one connection that stays open; ``spans`` are the seconds until each answer."""

    url: str
    spans: list[float] = field(default_factory=list)

    async def send(self, bodies: Sequence[object]) -> None:
        """Post one after the other. Raises RuntimeError when one is not accepted."""
        at = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        head = f"POST {at.path}?{at.query} HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Type: application/json\r\n"
        try:
            for body in bodies:
                content = json.dumps(body).encode()
                began = time.monotonic()
                writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
                answer = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(_length(answer))
                self.spans.append(time.monotonic() - began)
                if not answer.startswith(b"HTTP/1.1 20"):
                    raise RuntimeError(f"not accepted: {answer[:200]!r}")
        finally:
            writer.close()


def _length(head: bytes) -> int:
    """How many bytes of an answer follow its head."""
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0] or 0)


async def send_all(url: str, bodies: Sequence[object], connections: int) -> Sequence[float]:
    """Post the bodies over so many connections, as fast as the answers come; returns the seconds until each answer."""
    senders = [Sender(url) for _ in range(connections)]
    await asyncio.gather(*(sender.send(bodies[number::connections]) for number, sender in enumerate(senders)))
    return [span for sender in senders for span in sender.spans]
