"""What may stand for a URL of Apprise."""

import pytest

from tocsin.channels.apprise.type import APPRISE


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("json://localhost:9000/x", "json://localhost:9000/x"),
        ("ntfy://topic", "ntfy://topic"),
        ("sendgrid://abcd:ada@example.org/?template=d-1", "sendgrid://abcd:ada@example.org/?template=d-1"),
    ],
)
def test_a_good_url_is_normalised(url: str, stored: str) -> None:
    assert APPRISE.check_address(url) == stored
    assert APPRISE.check_address(stored) == stored


@pytest.mark.parametrize(
    ("url", "quoted"),
    [
        ("nope://hunter2", "'nope://…'"),
        ("hunter2", "'…'"),
        ("json://h/a\nb", "'json://…'"),
    ],
)
def test_a_wrong_url_is_refused_with_the_value_but_no_credentials(url: str, quoted: str) -> None:
    with pytest.raises(ValueError, match="is not") as caught:
        APPRISE.check_address(url)
    assert quoted in str(caught.value)
    assert "hunter2" not in str(caught.value)
