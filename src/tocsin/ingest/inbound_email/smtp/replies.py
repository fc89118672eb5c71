"""What a client of the SMTP server is told: RFC 5321's codes, with the enhanced ones of RFC 3463.

4xx: the client keeps the mail and tries again. 5xx: it tells whoever sent it.
"""

from tocsin.errors import (
    InvalidInput,
    PermissionDenied,
    Quarantined,
    TocsinError,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

TAKEN = "250 2.0.0 OK: it is committed"
KNOWN = "250 2.1.5 OK"
NO_SUCH_KEY = "550 5.1.1 no integration key has this address"
NO_RELAY = "550 5.7.1 this server takes mail for integration keys of {domain} only"
TOO_MANY_RECIPIENTS = "452 4.5.3 too many recipients; send to the others by another mail"
NO_SENSE = "501 5.5.2 this makes no sense"
TOO_MANY_GUESSES = "421 4.7.0 too many addresses that there are not"
TRY_AGAIN = "451 4.3.0 Tocsin failed, and its log says why; try again"
GOING_DOWN = "421 4.3.2 Tocsin is going down; try again"
MADE_ROOM = "421 4.3.2 too many connections; try again"
TOO_MUCH = "552 5.3.4 the mail is larger than {limit} bytes"

_MOST_CHARACTERS = 400


def reply_to(error: TocsinError) -> str:
    """The line for what a mail is refused for."""
    return _one_line(f"{_code(error)} {error}")


def _code(error: TocsinError) -> str:
    match error:
        case Unauthenticated():
            return "550 5.1.1"
        case PermissionDenied():
            return "550 5.7.1"
        case TooManyRequests():
            return "452 4.7.1"
        case Unavailable():
            return "451 4.3.0"
        case Quarantined(is_settled=True):
            return "250 2.6.0"
        case Quarantined(is_kept=False):
            return "452 4.2.2"
        case InvalidInput():
            return "554 5.6.0"
        case _:
            return "451 4.3.0"


def _one_line(text: str) -> str:
    return " ".join(text.encode("ascii", "replace").decode().split())[:_MOST_CHARACTERS]
