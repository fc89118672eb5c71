"""A connection's transport that reads on after the last answer, so that the answer arrives.

A socket that is closed while the client still sends is reset, and the client loses the answer with it: Python's
``urllib``, which reads only once it has sent everything, never saw a 413. So when a request has not come in whole, its
answer is followed by the end of our side, and what still comes is thrown away for a while.
"""

import asyncio
from collections.abc import Callable
from typing import Any


class LingeringTransport(asyncio.Transport):
    """Hands everything to the transport within, but leaves to ``on_close`` how it is closed."""

    def __init__(self, within: asyncio.Transport, on_close: Callable[[], None]) -> None:
        super().__init__()
        self._within = within
        self._on_close = on_close
        self.ended = False

    def close(self) -> None:
        """Write nothing more. ``on_close`` closes the transport within, at once or later."""
        if not self.ended:
            self.ended = True
            self._on_close()

    def is_closing(self) -> bool:
        return self.ended or self._within.is_closing()

    def abort(self) -> None:
        self.ended = True
        self._within.abort()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self.is_closing():
            self._within.write(data)

    def pause_reading(self) -> None:
        self._within.pause_reading()

    def resume_reading(self) -> None:
        if not self._within.is_closing():
            self._within.resume_reading()

    def get_write_buffer_size(self) -> int:
        return self._within.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._within.get_extra_info(name, default)
