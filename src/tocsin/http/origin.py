"""Which site a browser's request comes from, so that another site cannot act with somebody's cookie."""

from typing import Literal
from urllib.parse import urlsplit

from fastapi import Request

from tocsin.settings import Settings

Origin = Literal["same", "foreign", "unknown"]


def request_origin(request: Request, settings: Settings) -> Origin:
    """Whether the request was made by a page of ours: what Sec-Fetch-Site says, or else Origin.

    ``unknown`` when neither header is there, as from a program that is no browser.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return "same" if site in ("same-origin", "none") else "foreign"
    origin = request.headers.get("origin")
    if origin is None:
        return "unknown"
    ours = {urlsplit(settings.base_url).netloc, request.headers.get("host", "")}
    return "same" if origin.partition("://")[2] in ours - {""} else "foreign"
