"""Two people edit the same object: whoever saves last is told, and keeps what they typed.

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
    """Whether the form was made from something else than what is stored now."""
    return form.value(SEEN) != fingerprint(stored)


def saved_meanwhile(form: Form, stored: object) -> Form:
    """The form as it is shown again to whoever was too late; sent once more, it takes the place of what is stored."""
    return replace(with_fingerprint(form, stored), errors={SEEN: "Somebody else has saved it meanwhile."})


def deleted_meanwhile(form: Form) -> Form:
    """The form as it is shown again when what it changes was deleted meanwhile: sent once more, it makes it anew."""
    return replace(form, errors={SEEN: "Somebody else has deleted it meanwhile."})


def with_fingerprint(form: Form, stored: object) -> Form:
    """The same form as if it had been made from what is stored now."""
    others = [(name, value) for name, value in form.fields if name != SEEN]
    return replace(form, fields=(*others, (SEEN, fingerprint(stored))))
