"""What a Content-Type says of a body."""

from dataclasses import dataclass
from email.message import Message as Header
from functools import lru_cache

from tocsin.ingest.charset import UTF_8, known_charset
from tocsin.ingest.text import mend_line


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type. ``unknown`` is a charset that there is not; the body is read as UTF-8 then."""

    media_type: str
    boundary: str | None
    charset: str
    unknown: str | None

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @property
    def mended(self) -> list[str]:
        """What had to be changed to read the body, in words."""
        if self.unknown is None:
            return []
        return [f"body: read as UTF-8, there is no charset {mend_line(self.unknown).text[:60]}"]


@lru_cache(256)
def read_content_type(header: str) -> ContentType:
    """Any header is one."""
    message = Header()
    message["content-type"] = header.translate({10: " ", 13: " "}).encode("utf-8", "replace").decode()
    boundary, given = message.get_param("boundary"), message.get_param("charset")
    charset = known_charset(given) if isinstance(given, str) else UTF_8
    return ContentType(
        media_type=header.partition(";")[0].strip().lower(),
        boundary=boundary if isinstance(boundary, str) else None,
        charset=charset or UTF_8,
        unknown=given if isinstance(given, str) and charset is None else None,
    )
