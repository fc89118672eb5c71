"""The details of an alert as HTML: as Markdown where they are, and as they were sent where they are not.

Most senders send plain text, so only what can hardly be meant otherwise is Markdown: headings, lists, tables, fenced
code, `code`, **bold** and [links](https://…). A single ``*`` or ``_`` is a part of a name, ``>`` a comparison, a
backslash a path, and a line of dashes a line of dashes. Line breaks and indentation stay, and what is set in columns is
set in a fixed width. Text that holds no Markdown is shown whole in a fixed width, as it came.

Nothing in the text can become a tag, an address of another scheme than http and https, or a request for an image. The
rules below make no other elements, and nh3 lets no others through. Each rule looks at a bounded stretch of text, and
neither lists nor bold text nest deeper than a few levels, so the time is in proportion to the length; what would take
long all the same, by its length, its lines or its cells, is shown as plain text.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, heading, list_block
from markdown_it.rules_block.fence import make_fence_rule
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from tocsin.channels.kit.rendering import linked

_MOST_CHARACTERS = 100_000
_MOST_LINES = 2000
_MOST_CELLS = 5000
_MOST_LIST_LEVELS = 12  # of tokens, two a list
_MOST_BOLD_LEVELS = 2

_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]+(?![-*+](?:\s|$)|\d{1,9}[.)](?:\s|$))\S")
_BOLD = re.compile(r"\*\*(?=[^\s*])([^*\n]{0,300}[^\s*])\*\*(?![\w*])")
_LINK = re.compile(
    r"(!?)\[([^\[\]\n]{0,300})\]\(<?(https?://[^\s()<>\"]{1,2000})>?(?:[ \t]\"[^\"\n]{0,300}\")?\)",
    re.IGNORECASE,
)
_COLUMNS = re.compile(r"^(?: {2}|\t)[ \t]*\S|\S(?: {2}|\t)[ \t]*\S", re.MULTILINE)

_TAGS = {"a", "b", "br", "code", "div", "h3", "h4", "h5", "li", "ol", "p", "pre", "small", "span"} | {
    *("table", "tbody", "td", "th", "thead", "tr", "ul")
}
_ATTRIBUTES = {"a": {"href", "target"}, "div": {"tabindex", "role", "aria-label"}, "ol": {"start"}}
_CLASSES = {"p": {"fixed"}, "div": {"wide"}, "table": {"table", "table-sm"}}


@lru_cache(maxsize=32)
def details_html(text: str) -> Markup:
    """The text as HTML that is safe to show, whoever wrote it."""
    tokens = () if _is_too_long(text) else _markdown.parse(text)
    if all(_is_plain(token) for token in tokens):
        return Markup('<pre class="mb-0">{}</pre>').format(linked(text))
    rendered: str = _markdown.renderer.render(tokens, _markdown.options, {})
    return Markup(
        nh3.clean(
            rendered,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            allowed_classes=_CLASSES,
            url_schemes={"http", "https"},
            link_rel="noopener noreferrer nofollow",
        )
    )


def _is_too_long(text: str) -> bool:
    return len(text) > _MOST_CHARACTERS or text.count("\n") > _MOST_LINES or text.count("|") > _MOST_CELLS


def _is_plain(token: Token) -> bool:
    if token.type == "inline":
        return all(child.type == "text" for child in token.children or ())
    return token.type in ("paragraph_open", "paragraph_close")


def _is_indented(state: StateBlock, line: int) -> bool:
    return state.sCount[line] - state.blkIndent >= 4


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _paragraph(state: StateBlock, start: int, _end: int, _silent: bool) -> bool:
    """Lines up to an empty one, or to one that begins something else or stands left of its list; as they are."""
    line = start + 1
    while line < state.lineMax and not state.isEmpty(line) and not _ends_paragraph(state, line):
        line += 1
    content = state.getLines(start, line, state.blkIndent, False).rstrip()
    state.line = line
    opening = state.push("paragraph_open", "p", 1)
    if _COLUMNS.search(content):
        opening.attrSet("class", "fixed")
    inline = state.push("inline", "", 0)
    inline.content, inline.children = content, []
    state.push("paragraph_close", "p", -1)
    return True


def _ends_paragraph(state: StateBlock, line: int) -> bool:
    if state.sCount[line] < state.blkIndent:
        return True
    return any(rule(state, line, state.lineMax, True) for rule in state.md.block.ruler.getRules("paragraph"))


def _list(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A list, unless what follows its mark is another, as in ``* * * * * root``."""
    if state.level >= _MOST_LIST_LEVELS or _is_indented(state, start) or not _ITEM.match(_line(state, start)):
        return False
    return list_block(state, start, end, silent)


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A heading; with a single mark only between empty lines, since comments and the prompt of root begin so."""
    if _is_indented(state, start) or (_line(state, start).startswith("# ") and not _stands_alone(state, start)):
        return False
    return heading(state, start, end, silent)


def _stands_alone(state: StateBlock, line: int) -> bool:
    above, below = line - 1, line + 1
    return (above < 0 or state.isEmpty(above)) and (below >= state.lineMax or state.isEmpty(below))


def _bold(state: StateInline, silent: bool) -> bool:
    """``**text**`` that stands as a word of its own."""
    before = state.src[state.pos - 1] if state.pos else " "
    found = None if before.isalnum() or before in "*_" else _BOLD.match(state.src, state.pos, state.posMax)
    if found is None or state.level >= _MOST_BOLD_LEVELS:
        return False
    if not silent:
        _within(
            state, found.span(1), lambda: state.push("bold_open", "b", 1), lambda: state.push("bold_close", "b", -1)
        )
    state.pos = found.end()
    return True


def _within(state: StateInline, span: tuple[int, int], opens: Callable[[], Token], closes: Callable[[], Token]) -> None:
    """Read a stretch of the text for itself, between two tokens."""
    end = state.posMax
    opens()
    state.pos, state.posMax = span
    state.md.inline.tokenize(state)
    closes()
    state.posMax = end


def _link(state: StateInline, silent: bool) -> bool:
    """``[text](https://…)``; an image is a link to it."""
    found = _LINK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("link", "a", 0)
        token.content, token.attrs = found[2].strip() or ("image" if found[1] else ""), {"href": found[3]}
    state.pos = found.end()
    return True


class _Renderer(RendererHTML):
    """What markdown-it renders, with web addresses as links, and links that tell where they lead."""

    def text(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        return str(linked(tokens[index].content))

    def link(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        href, text = str(tokens[index].attrs["href"]), tokens[index].content
        if text in ("", href):
            return str(linked(href))
        where = _host(href)
        return str(Markup('<a href="{}" target="_blank">{}</a> <small>({})</small>').format(href, text, where))

    def code_inline(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        return f"<code>{escape(tokens[index].content)}</code>"

    def fence(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        return f"<pre>{linked(tokens[index].content.rstrip())}</pre>\n"

    def table_open(self, *_: object) -> str:
        return '<div class="wide" tabindex="0" role="region" aria-label="Table"><table class="table table-sm">\n'

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"

    def renderToken(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: N802
        token = tokens[idx]
        token.hidden = False  # white space counts in paragraphs and in nothing else, so items have theirs, too
        if token.type.startswith("heading_"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 5)}"
        return super().renderToken(tokens, idx, options, env)


def _host(href: str) -> str:
    try:
        return urlsplit(href).hostname or href
    except ValueError:
        return href


def _made() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"maxNesting": 50}, renderer_cls=_Renderer)
    markdown.enable(["table", "list", "heading", "fence", "backticks", "text_join"])
    block: Any = markdown.block.ruler
    for name, rule in (("list", _list), ("heading", _heading), ("fence", make_fence_rule(markers=("`",)))):
        block.at(name, rule, {"alt": ["paragraph"]})
    block.at("paragraph", _paragraph)
    markdown.inline.ruler.push("bold", _bold)
    markdown.inline.ruler.push("link_to_page", _link)
    return markdown


_markdown = _made()
