"""The time zones that a form offers: each once, under the name of its place, by region."""

from functools import cache
from importlib.resources import files

from tocsin.web.kit.choices import Choices


@cache
def usual_zones() -> tuple[str, ...]:
    """UTC, and the zones that the time zone database lists by country, without the names of before."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    return ("UTC", *sorted(line.split("\t")[2] for line in lines if line and not line.startswith("#")))


def zone_choices(chosen: str) -> Choices:
    """The usual zones, and the chosen one when it is none of them."""
    others = [chosen] if chosen and chosen not in usual_zones() else []
    return [(name, name) for name in (*others, *usual_zones())]
