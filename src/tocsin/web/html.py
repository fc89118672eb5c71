"""Pages: templates, the one style sheet, and the headers that keep a page to itself."""

import base64
import hashlib
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from tocsin.web.phrases import age, as_sentence, utc
from tocsin.web.wording import sentence

_STYLE = resources.files("tocsin.web").joinpath("templates/style.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}


_templates = Environment(
    loader=PackageLoader("tocsin.web"),
    autoescape=select_autoescape(enabled_extensions=("html", "html.j2")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {"utc": utc, "age": age, "as_sentence": as_sentence, "sentence": sentence}


def html_page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page made from a template. It loads nothing, runs no script, and cannot be framed or cached."""
    return HTMLResponse(_templates.get_template(template).render(style=_STYLE, **values), status, _HEADERS)
