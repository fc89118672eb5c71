"""Two people edit the same object: whoever saves last sees that, and keeps what they typed.

A form carries the *print* of what it was made from in the hidden field ``seen``. When what is stored has another print
by the time the form comes back, somebody else has saved meanwhile.
"""

import hashlib
from dataclasses import replace

from tocsin.web.kit.forms import Form

SEEN = "seen"


def fingerprint(spec: object) -> str:
    """A short text that differs whenever what can be set differs."""
    return hashlib.sha256(repr(spec).encode()).hexdigest()[:20]


def has_conflict(form: Form, stored: object) -> bool:
    """Whether somebody has saved the object since the form was made."""
    return form.value(SEEN) != fingerprint(stored)


def saved_meanwhile(form: Form, stored: object) -> Form:
    """The form with the error that somebody else has saved meanwhile. Sent once more, it overwrites what they saved."""
    return replace(with_fingerprint(form, stored), errors={SEEN: "Somebody else has saved it meanwhile."})


def deleted_meanwhile(form: Form) -> Form:
    """The form with the error that its object was deleted meanwhile. Sent once more, it makes the object again."""
    return replace(form, errors={SEEN: "Somebody else has deleted it meanwhile."})


def with_fingerprint(form: Form, stored: object) -> Form:
    """The same form as if it had been made from what is stored now."""
    others = [(name, value) for name, value in form.fields if name != SEEN]
    return replace(form, fields=(*others, (SEEN, fingerprint(stored))))
