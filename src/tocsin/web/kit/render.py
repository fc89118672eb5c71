"""Pages made from templates, whole or in part, and the headers that keep a page to itself.

`page` makes one for somebody who signed in, `bare_page` one for anybody. ``alerts/list.html.j2`` is ``list.html.j2`` in
``alerts/templates``. A template's blocks are its fragments: when
htmx asks on behalf of an element whose id is the name of a block, only that block is made. So a page and its fragments
share the function that gathers what they show, and nothing else is needed for a live part of a page.
"""

import gzip
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, UndefinedError, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tocsin.channels.kit.rendering import linked
from tocsin.channels.registry import channel_types
from tocsin.http.access import may_make
from tocsin.store.actor import Actor
from tocsin.store.instants import now
from tocsin.web.kit import flash, formatting, shown_once
from tocsin.web.kit.assets import asset_url
from tocsin.web.kit.forms import Form
from tocsin.web.kit.navigation import NAVIGATION
from tocsin.web.kit.theme import theme_of
from tocsin.web.kit.zone import UTC, zone_of

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}
_WORTH_PACKING = 1024
_VARY = "Accept-Encoding, HX-Request, HX-Target"

_WEB = Path(str(resources.files("tocsin.web")))


def _type_icon(name: str) -> str:
    kind = channel_types().get(name)
    return kind.icon if kind else "message"


_templates = Environment(
    loader=PrefixLoader({folder.parent.name: FileSystemLoader(folder) for folder in _WEB.glob("*/templates")}),
    autoescape=select_autoescape(enabled_extensions=("html", "html.j2")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {
    "utc": formatting.utc,
    "age": formatting.age,
    "span": formatting.span,
    "exact": formatting.exact,
    "clock": formatting.clock,
    "relative": formatting.relative,
    "countdown": formatting.countdown,
    "initials": formatting.initials,
    "as_sentence": formatting.as_sentence,
    "in_words": formatting.in_words,
    "linked": linked,
    "type_icon": _type_icon,
}
_templates.globals |= {"may_make": may_make, "asset": asset_url, "navigation": NAVIGATION, "Form": Form}
_templates.globals["ui"] = _templates.get_template("kit/ui.html.j2").module
_templates.globals["alert_ui"] = _templates.get_template("kit/alert_parts.html.j2").module


async def page(
    request: Request, viewer: Actor, template: str, status: int = 200, *, live: str = "", **values: Any
) -> Response:
    """A page, or the fragment that htmx asks for.

    ``live`` names the topics that its fragments wait for. Every template finds ``viewer``, ``zone`` (theirs) and
    ``now`` (the database's, unless given) among its values.
    """
    moment = values.pop("now", None) or await now(request.app.state.pool)
    known = {"viewer": viewer, "live": live, "mark": request.state.live_mark if live else "", "now": moment}
    return _answer(request, template, status, {**known, **values}, fragment=fragment_of(request))


def bare_page(
    request: Request, template: str, status: int = 200, *, only: str | None = None, **values: Any
) -> Response:
    """A page for anybody, without the bars; ``only`` is the one block that is wanted of it."""
    return _answer(request, template, status, {"now": None, **values}, fragment=only)


def _answer(
    request: Request, template: str, status: int, values: Mapping[str, Any], *, fragment: str | None
) -> Response:
    notice, moment = flash.message_of(request), values["now"]
    common = {
        "zone": zone_of(request) if moment else UTC,
        "theme": theme_of(request),
        "path": request.url.path,
        "here": f"{request.url.path}?{request.url.query}",
        "notice": notice,
        "shown_once": shown_once.secrets_of(request) if fragment is None else {},
    }
    headers = dict(_HEADERS)
    if moment is not None:
        headers["Tocsin-Now"] = moment.isoformat()
    if fragment is not None and notice is not None:
        headers["HX-Trigger"] = json.dumps({"notice": asdict(notice)})
    answer = _packed(request, _render(template, fragment, {**common, **values}), status)
    answer.headers.update(headers)
    flash.forget_message(request, answer)
    if fragment is None:
        shown_once.forget_secrets(request, answer)
    return answer


def fragment_of(request: Request) -> str | None:
    """The id of the element for which htmx asks; None when a browser asks for a page."""
    return request.headers.get("hx-target") if "hx-request" in request.headers else None


def _render(name: str, fragment: str | None, values: Mapping[str, Any]) -> str:
    template = _templates.get_template(name)
    if fragment and (block := template.blocks.get(fragment.replace("-", "_"))):
        with suppress(UndefinedError):  # a block that does not stand alone is no fragment, whoever asks for it
            return "".join(block(template.new_context(dict(values))))
    return template.render(values)


def _packed(request: Request, text: str, status: int) -> Response:
    content = text.encode()
    if len(content) < _WORTH_PACKING or "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(content, status, {"Vary": _VARY})
    return HTMLResponse(gzip.compress(content, 5, mtime=0), status, {"Vary": _VARY, "Content-Encoding": "gzip"})
