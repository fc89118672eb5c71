"""Rows of a form that are added, removed and moved by buttons, each a trip to the server: they work without scripts.

Row 2 of ``rules`` has the fields ``rules.2.start`` and so on, and a mark ``rules=2``. A button's value says what it
does: ``add``, ``remove:2``, ``up:2``, ``down:2``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from tocsin.web.kit.forms import Form
from tocsin.web.kit.numbers import whole_number

FormRow: TypeAlias = Mapping[str, Sequence[str]]
"""The values of each field of a row."""

ACTION = "action"


@dataclass(frozen=True, slots=True)
class FormRows:
    """The rows of one name with their fields."""

    name: str
    fields: Sequence[str]

    def of(self, form: Form) -> Sequence[FormRow]:
        """The rows of the form, in order."""
        return [
            {field: form.values(f"{self.name}.{mark}.{field}") for field in self.fields}
            for mark in form.values(self.name)
        ]

    def put(self, form: Form, rows: Sequence[FormRow]) -> Form:
        """The form with these rows instead, numbered from 0."""
        others = [(name, value) for name, value in form.fields if not f"{name}.".startswith(f"{self.name}.")]
        mine = [item for number, row in enumerate(rows) for item in self._items(number, row)]
        return replace(form, fields=(*others, *mine))

    def after_button(self, form: Form, blank: FormRow) -> Form:
        """The form after what its button says was done; ``blank`` is what a new row holds."""
        rows = list(self.of(form))
        what, _, number = form.value(ACTION).partition(":")
        place = whole_number(number)
        at = place if place is not None and place < len(rows) else None
        if what == "add":
            rows.append(blank)
        elif what == "remove" and at is not None:
            del rows[at]
        elif what in ("up", "down") and at is not None:
            row = rows.pop(at)
            rows.insert(max(at + (1 if what == "down" else -1), 0), row)
        return self.put(form, rows)

    def _items(self, number: int, row: FormRow) -> Sequence[tuple[str, str]]:
        fields = [(f"{self.name}.{number}.{field}", value) for field in self.fields for value in row.get(field, ())]
        return [(self.name, str(number)), *fields]


def is_save(form: Form) -> bool:
    """Whether the form was sent to be saved, and not to be looked at or to have its rows changed."""
    return form.value(ACTION, "save") == "save"
