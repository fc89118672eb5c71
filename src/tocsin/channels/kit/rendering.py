"""A page in words: its subject, its plain text, and whatever template a way out has of its own."""

from dataclasses import replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from tocsin.channels.kit.plain_text import encodable, one_line
from tocsin.channels.page import Page
from tocsin.domain.hyperlinks import pieces

SUBJECT_SUMMARY_LIMIT = 140  # characters; the body always holds the whole summary
HEADING_LIMIT = 200  # characters of the summary above the buttons, which stay on a phone's first screen
DETAILS_LIMIT = 10_000  # characters; Gmail cuts a message at 102 KB and would hide what follows

_LINK = Markup('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>')


def linked(text: str, *, cut: bool = False) -> Markup:
    """The text as HTML in which each web address is a link to exactly that address; all else is escaped.

    Of a text that was ``cut``, an address at its end stays text: it may lack its own end.
    """
    found = list(pieces(text))
    if cut and found and found[-1].is_url:
        found[-1] = replace(found[-1], is_url=False)
    return Markup("").join(_LINK.format(one.text) if one.is_url else escape(one.text) for one in found)


@cache
def _templates(package: str) -> Environment:
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=select_autoescape(enabled_extensions=("html", "html.j2")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = linked
    return environment


def subject(page: Page) -> str:
    """Return one line such as ``[CRITICAL] Shop: disk is full (#42)``, whatever the summary holds."""
    summary = _cut(one_line(page.summary), SUBJECT_SUMMARY_LIMIT)
    number = f" (#{page.alert_id})" if page.alert_id else ""
    return f"[{label(page)}] {one_line(page.service_name)}: {summary}{number}"


def text(page: Page) -> str:
    """Return the page as plain text, links before details, since some services cut long messages."""
    return render("tocsin.channels.kit", "page.txt.j2", page)


def render(package: str, template: str, page: Page) -> str:
    """The page by a template of the package's folder ``templates``; its details cut to ``DETAILS_LIMIT``."""
    details = page.details.strip()
    rendered = (
        _templates(package)
        .get_template(template)
        .render(
            page=page,
            label=label(page),
            heading=_cut(page.summary, HEADING_LIMIT),
            details=details[:DETAILS_LIMIT],
            cut=max(0, len(details) - DETAILS_LIMIT),
        )
    )
    return encodable(rendered)


def label(page: Page) -> str:
    """Return the word that stands first: TEST, or the alert's severity."""
    return "TEST" if page.kind == "test" else one_line(page.severity).upper()


def _cut(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[: limit - 1].rstrip() + "…"
