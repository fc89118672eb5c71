"""How the generic format answers."""

import pytest

from tocsin.ingest.generic.format import wants_json


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/json;q=0.0", False),
        ("application/json; q=0", False),
        ("a/b,, application/json", True),
        (";", False),
    ],
)
def test_json_is_wanted_when_it_is_named(accept: str, wanted: bool) -> None:
    assert wants_json(accept) is wanted
