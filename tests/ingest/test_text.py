"""Text made fit to store, for any text."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tocsin.ingest.text import mend, mend_line, shorten


def is_fit(text: str) -> bool:
    """Whether the text can be stored and shown as it is: no surrogates, and no controls but tabs and line breaks."""
    return all(unicodedata.category(character) not in {"Cs", "Cc"} or character in "\t\r\n" for character in text)


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_mending_makes_text_fit_and_leaves_fit_text_alone(text: str) -> None:
    mended = mend(text)
    assert is_fit(mended.text)
    assert (mended.how == ()) == is_fit(text)
    assert mend(mended.text).text == mended.text
    assert "\n" not in mend_line(text).text
    if is_fit(text):
        assert mended.text == text


@given(st.text(max_size=3000))
def test_shortening_keeps_what_fits(text: str) -> None:
    short = shorten(text)
    assert len(short) <= 1024
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
