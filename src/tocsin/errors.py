"""Every error that Tocsin raises on purpose.

    TocsinError
    ├── ConfigurationError      a setting or the machine is not as it must be; raised at start
    ├── InvalidInput            the caller's fields are wrong; carries every FieldError at once
    │   ├── Unmapped            what was sent cannot be mapped, by a fault that is not its sender's
    │   └── Quarantined         nothing can be done with what was sent; it is kept in the key's quarantine
    ├── NotFound                no such object, or none that the caller may know of
    ├── Conflict                the object has moved on, or a name is taken
    ├── Unauthenticated         no credentials, or none that we know
    ├── PermissionDenied        known, but not allowed
    ├── TooLarge                the body has more bytes than are taken
    ├── TooManyRequests         too often, or too much at once; try again after a while
    ├── Unavailable             the database does not answer now; try again
    └── DeliveryFailed          a message did not go out; says whether trying again can help

The text of an error is a sentence for the person who caused it. It never holds a secret.
"""

import math
from dataclasses import dataclass, field
from datetime import timedelta


class TocsinError(Exception):
    """Base of all errors below."""


class ConfigurationError(TocsinError):
    """A setting or the machine is not as it must be."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its path (``steps.0.delay_seconds``) and what is wrong with its value."""

    field: str
    message: str


class InvalidInput(TocsinError):
    """The caller's fields are wrong."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


class Unmapped(InvalidInput):
    """What was sent cannot be mapped, by a fault of the format or of the key's options; its sender cannot mend it."""


class Quarantined(InvalidInput):
    """What a known sender sent cannot be mapped; it is kept in the quarantine of its key, unless that is full.

    ``is_settled`` is True when it is kept, and its sender has nothing to mend.
    """

    def __init__(self, *errors: FieldError, is_kept: bool, is_senders_fault: bool = True) -> None:
        super().__init__(*errors)
        self.is_kept = is_kept
        self.is_settled = is_kept and not is_senders_fault

    def __str__(self) -> str:
        kept = "the request is kept in the key's quarantine" if self.is_kept else "the key's quarantine is full"
        return f"{super().__str__()}; {kept}"


class NotFound(TocsinError):
    """No such object, or none that the caller may know of."""


class Conflict(TocsinError):
    """The object has moved on since the caller looked, or a name is taken."""

    def __init__(self, message: str, *errors: FieldError) -> None:
        super().__init__(message)
        self.errors = errors


class Unauthenticated(TocsinError):
    """No credentials were given, or none that we know."""


class PermissionDenied(TocsinError):
    """The caller is known but may not do this; ``errors`` name the field whose value is out of their reach, if any."""

    def __init__(self, message: str, *errors: FieldError) -> None:
        super().__init__(message)
        self.errors = errors


class TooLarge(TocsinError):
    """The body has more bytes than are taken."""


class TooManyRequests(TocsinError):
    """The caller tries too often, or too much is under way; ``retry_after`` seconds later it may go well."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = max(1, math.ceil(retry_after))


class Unavailable(TocsinError):
    """The database does not answer at the moment; the same request may succeed later."""


@dataclass(eq=False)
class DeliveryFailed(TocsinError):
    """A message did not go out.

    ``permanent`` is True when trying the same message again cannot help (the address does not exist).
    ``reason`` is shown in the alert's timeline. ``retry_after`` is how long the other side asked to be left alone.
    """

    reason: str
    permanent: bool = field(default=False, kw_only=True)
    retry_after: timedelta | None = field(default=None, kw_only=True)

    def __str__(self) -> str:
        return self.reason
