"""What a timeline says of routing rules."""

from typing import Any

import pytest

from tocsin.web.alerts.routing_text import routing_text

MOVED = {
    "rule": "Databases",
    "from_service": "Shop",
    "changes": {"severity": ["error", "info"], "priority": ["", "P1"]},
    "delay_seconds": 180,
}


@pytest.mark.parametrize(
    ("meta", "text"),
    [
        ({}, ""),
        ({"routed": {"rule": "Rest"}}, "; the rule Rest left it as it came"),
        (
            {"routed": MOVED},
            "; the rule Databases sent it here from Shop, set the severity to info (it was error),"
            " set the priority to P1, lets it wait 3 min for its first step",
        ),
        (
            {"routed": {"failed": [{"rule": "Dev", "error": "condition: there is no field env"}]}},
            "; the rule Dev did not match, for it could not be evaluated: condition: there is no field env",
        ),
    ],
)
def test_it_says_which_rule_changed_what(meta: dict[str, Any], text: str) -> None:
    assert routing_text(meta) == text
