import pytest

from tocsin.channels.kit.causes import place


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("hooks.example.org", 443, "hooks.example.org"),
        ("hooks.example.org", 8443, "hooks.example.org:8443"),
        ("::1", 443, "::1"),
        ("::1", 8443, "[::1]:8443"),
    ],
)
def test_a_port_is_named_unless_it_is_the_usual_one(host, port, expected):
    assert place(host, port, 443) == expected
