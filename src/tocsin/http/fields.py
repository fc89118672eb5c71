"""The types that request and response bodies are made of."""

import re
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, TypeAlias
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from tocsin.channels.email.address import check_email
from tocsin.domain.password import MIN_LENGTH, objection

LONGEST_STEP = timedelta(minutes=9000)
MAX_SECONDS = 315_360_000  # ten years

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class Body(BaseModel):
    """A request body: an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """The fields that the caller sent, for a partial change."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Read(BaseModel):
    """A response body, made from the store's values by attribute name."""

    model_config = ConfigDict(from_attributes=True)


def example(*bodies: object) -> ConfigDict:
    """The ``model_config`` of a body that shows examples."""

    def add(schema: dict[str, Any]) -> None:
        schema["examples"] = list(bodies)

    return ConfigDict(json_schema_extra=add)


def optional(**details: Any) -> Any:
    """A field of a partial change: it may be left out, which changes nothing, and may be null only if its type says."""
    return Field(default_factory=lambda: None, **details)


def _storable(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not hold a NUL character")
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("must be valid Unicode text, without lone surrogates")
    return value


def _password(value: str) -> str:
    if reason := objection(value):
        raise ValueError(reason)
    return value


def _one_line(value: str) -> str:
    stripped = value.strip()
    if not stripped:
        raise ValueError("must not be empty")
    if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in stripped):
        raise ValueError("must not hold control characters")
    return stripped


def _timedelta(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number of seconds")  # noqa: TRY004 - pydantic reports ValueError only
    if not 0 <= value <= MAX_SECONDS:
        raise ValueError(f"must be between 0 and {MAX_SECONDS} seconds")
    return timedelta(seconds=value)


def _at_least_a_millisecond(value: timedelta) -> timedelta:
    if value < timedelta(milliseconds=1):
        raise ValueError("must be longer than 0 seconds")
    return value


def _at_most_the_longest_step(value: object) -> object:
    longest = LONGEST_STEP.total_seconds()
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, int | float) and seconds > longest:
        raise ValueError(f"must be at most {longest:.0f} seconds ({longest / 60:.0f} minutes)")
    return value


def _number(value: timedelta) -> float:
    seconds = value.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _timestamp(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("must be a time with its offset, such as 2030-01-31T08:00:00Z")
    return value.replace(" ", "T").upper()


def _utc(value: datetime) -> datetime:
    if not 1970 <= value.year <= 9998:
        raise ValueError("must be a time between the years 1970 and 9998")
    return value.astimezone(UTC)


def _rfc3339(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@cache
def _zones() -> AbstractSet[str]:
    return available_timezones() - {"Factory", "localtime"}


def _time_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("must be an IANA time zone, such as Europe/Berlin")
    return value


Text: TypeAlias = Annotated[str, Field(max_length=10_000), AfterValidator(_storable)]
"""Text of several lines, at most 10,000 characters."""

Name: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=255), AfterValidator(_storable), AfterValidator(_one_line)
]
"""One line of 1 to 255 characters, trimmed."""

Summary: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=1024), AfterValidator(_storable), AfterValidator(_one_line)
]
"""What an alert says in one line of 1 to 1024 characters, trimmed."""

DedupKey: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=512), AfterValidator(_storable), AfterValidator(_one_line)
]
"""One line of 1 to 512 characters that says which alerts are about the same thing."""

ExpressionText: TypeAlias = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_storable)]
"""An expression in CEL; whether it can be read is told apart."""

Address: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=2000), AfterValidator(_storable), AfterValidator(_one_line)
]
"""Where messages go; its syntax depends on the type beside it."""

Email: TypeAlias = Annotated[
    str,
    Field(min_length=3, max_length=255),
    AfterValidator(_storable),
    AfterValidator(_one_line),
    AfterValidator(check_email),
]
"""An email address."""

Password: TypeAlias = Annotated[
    str, Field(min_length=MIN_LENGTH, max_length=1024), AfterValidator(_storable), AfterValidator(_password)
]
"""A password to be set: ten characters or more, four different ones, none of the most common. Never returned."""

Search: TypeAlias = Annotated[str, Field(max_length=255), AfterValidator(_storable)]
"""Text that names are searched for."""

_SECONDS_SCHEMA = {"type": "number", "minimum": 0, "maximum": MAX_SECONDS}

Seconds: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(_timedelta),
    PlainSerializer(_number, return_type=int | float),
    WithJsonSchema(_SECONDS_SCHEMA),
]
"""A duration, written as a number of seconds."""

PositiveSeconds: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(_timedelta),
    AfterValidator(_at_least_a_millisecond),
    PlainSerializer(_number, return_type=int | float),
    WithJsonSchema(_SECONDS_SCHEMA | {"minimum": 0.001}),
]
"""A duration of at least a millisecond, written as a number of seconds."""

StepDelay: TypeAlias = Annotated[
    PositiveSeconds,
    BeforeValidator(_at_most_the_longest_step),
    WithJsonSchema(_SECONDS_SCHEMA | {"minimum": 0.001, "maximum": LONGEST_STEP.total_seconds()}),
]
"""How long a step waits: from a millisecond to 9,000 minutes, written as a number of seconds."""

UtcDatetime: TypeAlias = Annotated[
    datetime,
    BeforeValidator(_timestamp),
    AfterValidator(_utc),
    PlainSerializer(_rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant with its offset, shown in UTC as RFC 3339 with Z."""

TimeZone: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=64, examples=["Europe/Berlin", "UTC"]), AfterValidator(_time_zone)
]
"""The name of an IANA time zone."""
