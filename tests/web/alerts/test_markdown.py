"""Details as Markdown: what senders mean is shown so, what they do not mean is left alone, and nothing does harm."""

import re
import time
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.web.alerts.markdown import details_html

_TAG = re.compile(r"<[^>]*>")


def words(html: str) -> str:
    return unescape(_TAG.sub("", html))


PLAIN = [
    "Filesystem      Size  Used\n/dev/sda1        50G   47G\n",
    "# df -h\n/dev/sda1 97 %",
    "host: db_1_a and *.example.org, *.example.net: 5*3*2",
    '  File "/srv/__init__.py", line 3, in f\n    return g(*args, **kwargs)\n',
    "*/5 * * * * root\n* * * * * root\n- - -\n-----\n~~~~~\n=====",
    "C:\\_logs\\*.log \\\\server\\share &lt;b&gt; > 90 %",
    ">>> f()\n> 90\n[pid 17]: http\n[a]: b\n--- a\n+++ b",
    "name\n----\nvalue",
    "2026-11-30T18:31:17Z [error] <html><body>x</body></html> `",
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_stays_as_it_is(text: str) -> None:
    html = details_html(text)
    assert html.startswith("<pre ")
    assert words(html) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**Disk** is full", "<p><b>Disk</b> is full</p>"),
        ("run `df -h`", "<p>run <code>df -h</code></p>"),
        ("## Why\nfull", "<h4>Why</h4>\n<p>full</p>"),
        ("# Why\n\nfull", "<h3>Why</h3>\n<p>full</p>"),
        ("- a\n- b\nc", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n<p>c</p>"),
        ("3. a\n4. b", '<ol start="3">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>'),
        ("```sh\nls <a>\n  x\n```", "<pre>ls &lt;a&gt;\n  x</pre>"),
        ("- x\n\na  1\nbb 2", '<ul>\n<li><p>x</p>\n</li>\n</ul>\n<p class="fixed">a  1\nbb 2</p>'),
    ],
)
def test_markdown_is_rendered(text: str, html: str) -> None:
    assert details_html(text).strip() == html


def test_links_tell_where_they_lead() -> None:
    html = details_html(
        "[Runbook](https://wiki.example/a?b=1&c=2) ![graph](http://grafana.example/x.png) https://a.b/_c"
    )
    assert '<a href="https://wiki.example/a?b=1&amp;c=2"' in html
    assert "Runbook</a> <small>(wiki.example)</small>" in html
    assert '<a href="http://grafana.example/x.png"' in html
    assert '<a href="https://a.b/_c"' in html
    assert "<img" not in html
    bank = details_html("[https://bank.example](https://bank.example@evil.example/)")
    assert "<small>(evil.example)</small>" in bank


def test_a_table_is_one() -> None:
    html = details_html("| host | use |\n|---|--:|\n| db_1 | **97 %** |")
    assert "<th>host</th>" in html
    assert "<td>db_1</td>" in html
    assert "<b>97 %</b></td>" in html
    assert "style" not in html


HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1)) [x](data:text/html,1) [x](JaVaScRiPt:alert(1)) [x](//evil) [x](vbscript:x)",
    '**a** <img src=x onerror=alert(1)> <a href="javascript:x">y</a> <div style="position:fixed">',
    "<style>*{display:none}</style>\n\n- a\n\n<iframe src=https://evil.example>",
    '[a](https://x.example/"onmouseover="alert(1)) **b**',
    "`<script>`\n\n```\n</pre><script>alert(1)</script>\n```",
    "| <svg onload=alert(1)> |\n|---|\n| </table><script>x</script> |",
    "![x](https://evil.example/pixel.png) <link rel=stylesheet href=//evil>",
    "[<img src=x>](https://a.example) **<b onclick=x>**",
]


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def check(html: str) -> None:
    """Only elements and attributes that do nothing, and addresses of pages."""
    for tag, attributes in Elements(html).found:
        assert tag not in {"script", "style", "img", "iframe", "svg", "link", "form", "input", "button"}, tag
        assert attributes.keys() <= {"href", "rel", "target", "class", "start", "tabindex", "role", "aria-label"}
        assert (attributes.get("href") or "https://").lower().startswith(("http://", "https://"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(text: str) -> None:
    check(details_html(text))


_PARTS = st.sampled_from(
    [
        *"*_`[]()<>|#-+.!&\"' \n\t\\",
        "**",
        "```\n",
        "](https://",
        "](javascript:",
        "<script>",
        "onload=",
        "\n- ",
        "\n1. ",
        "\n|-|\n",
        "a",
        "http://x",
    ]
)


@given(st.lists(_PARTS | st.text(max_size=5), max_size=60).map("".join))
def test_any_text_is_harmless(text: str) -> None:
    check(details_html(text))


LONG = {
    "brackets": "[" * 100_000,
    "bold": "**a " * 25_000,
    "stars": "**" * 50_000,
    "ticks": "`a``b```" * 12_000,
    "marks": "- " * 50_000,
    "numbers": "1. " * 33_000,
    "nested lists": "".join(f"{'  ' * level}- a\n" for level in range(300)),
    "items": "- a\n" * 25_000,
    "rows": "|a|b|\n|-|-|\n" + "|c|d|\n" * 16_000,
    "columns": "|" + "a|" * 20_000 + "\n|" + "-|" * 20_000 + "\n" + "|x\n" * 5000,
    "spaces": "**b**" + " " * 99_000 + "x",
    "images": "![" * 50_000,
    "tags": "**b** " + "<div style=x>" * 7_000,
    "links": "[a](http://x " * 7_000,
}


@pytest.mark.parametrize("case", LONG)
def test_long_text_takes_a_bounded_time(case: str) -> None:
    """Of the processor: up to half a second; what grows as the square of the length would take minutes."""
    before = time.thread_time()
    html = details_html(LONG[case])
    assert time.thread_time() - before < 10
    check(html)


def test_nothing_is_lost_in_deep_lists() -> None:
    text = "".join(f"{'  ' * level}- item{level}\n" for level in range(30))
    assert re.findall("item[0-9]+", words(details_html(text))) == [f"item{level}" for level in range(30)]
