"""What may stand for the URL of a webhook."""

import pytest

from tocsin.channels.webhook.address import check_url


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTP://example.org:8080/a?b=c", "http://example.org:8080/a?b=c"),
        ("https://user:pass@example.org/", "https://user:pass@example.org/"),
        ("http://[::1]:9000/x", "http://[::1]:9000/x"),
    ],
)
def test_a_good_url_is_normalised(url: str, stored: str) -> None:
    assert check_url(url) == stored
    assert check_url(stored) == stored


@pytest.mark.parametrize(
    ("url", "quoted"),
    [
        ("example.org", "'example.org'"),
        ("ftp://example.org", "'ftp://example.org'"),
        ("http://", "'http://'"),
        ("http:///path", "'http:///path'"),
        ("http://example.org/a b", "'http://example.org/a b'"),
        ("http://exa\tmple.org", "'http://exa�mple.org'"),
        ("http://example.org:70000", "'http://example.org:70000'"),
        ("http://example.org:0", "'http://example.org:0'"),
        ("http://[::1", "'http://[::1'"),
        ("ftp://user:hunter2@example.org/?key=hunter2", "'ftp://…@example.org/…'"),
    ],
)
def test_a_wrong_url_is_refused_with_the_value_but_no_credentials(url: str, quoted: str) -> None:
    with pytest.raises(ValueError, match="is not") as caught:
        check_url(url)
    assert quoted in str(caught.value)
    assert "hunter2" not in str(caught.value)
