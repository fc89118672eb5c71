"""HTML of a mail as plain text: lines as people see them, links with where they lead.

Mail is written by anybody, and takes no more time than its length allows: the standard library's parser takes minutes
for a hundred kilobytes of ``<a``, and one that makes a tree as long for deep ones.
"""

import re
from html import unescape

MOST_CHARACTERS = 200_000

_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]*)")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_UNSEEN = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("head", "script", "style", "title")}
_LINES = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "form", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"hr", "li", "ol", "section", "tr", "ul"}
)
_PARAGRAPHS = frozenset({"p", "table", "pre"})
_BLOCK = re.compile(r"[ \v]*\v[ \v]*")  # where one block ends and another begins is one new line
_CELLS = frozenset({"td", "th"})


def html_text(html: str) -> str:
    """The text of HTML, however broken; of what is longer than 200,000 characters the beginning."""
    reader = _HtmlReader(html[:MOST_CHARACTERS])
    reader.read()
    return _tidied("".join(reader.out))


def _tidied(text: str) -> str:
    text = _BLOCK.sub("\n", text)
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _HtmlReader:
    """Reads from left to right, and never back."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.at = 0
        self.out: list[str] = []
        self.link = ""
        self.linked_from = 0

    def read(self) -> None:
        while self.at < len(self.html):
            start = self._find("<", self.at)
            self._text(self.html[self.at : start])
            self.at = start
            if start < len(self.html):
                self._markup()

    def _markup(self) -> None:
        if self.html.startswith("<!--", self.at):
            self.at = self._find("-->", self.at) + 3
            return
        tag = _TAG.match(self.html, self.at + 1)
        if tag is None and self.html[self.at + 1 : self.at + 2] not in ("!", "?", "/"):
            self.out.append("<")
            self.at += 1
            return
        end = self._find(">", self.at)
        if tag is not None:
            self._element(tag[2].lower(), self.html[tag.end() : end], is_end=bool(tag[1]))
        self.at = max(self.at, end + 1)

    def _element(self, name: str, attributes: str, *, is_end: bool) -> None:
        if name in _UNSEEN and not is_end:
            end = _UNSEEN[name].search(self.html, self.at)
            self.at = end.start() if end else len(self.html)
        elif name == "a":
            self._end_link()
            if not is_end:
                self._begin_link(attributes)
        elif name in _LINES or name in _PARAGRAPHS:
            self.out.append("\n\n" if name in _PARAGRAPHS else "\n" if name == "br" else "\v")
            if name == "li" and not is_end:
                self.out.append("- ")
        elif name in _CELLS and not is_end:
            self.out.append(" ")

    def _begin_link(self, attributes: str) -> None:
        found = _HREF.search(attributes)
        self.link = unescape_safely(next(filter(None, found.groups()), "")).strip() if found else ""
        self.linked_from = len(self.out)

    def _end_link(self) -> None:
        shown = "".join(self.out[self.linked_from :]).strip()
        if self.link.startswith(("http://", "https://")) and self.link != shown:
            self.out.append(f" ({self.link})" if shown else self.link)
        self.link = ""

    def _text(self, text: str) -> None:
        if text:
            self.out.append(re.sub(r"\s+", " ", unescape_safely(text)))

    def _find(self, what: str, start: int) -> int:
        found = self.html.find(what, start)
        return found if found >= 0 else len(self.html)


def unescape_safely(text: str) -> str:
    """Without character references; as it is where one has more digits than Python reads."""
    try:
        return unescape(text)
    except ValueError:
        return text
