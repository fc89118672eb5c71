"""Forms: what was sent, what is wrong with it, and the request models of the API made from it.

A form is shown, sent, and shown again with the same values and with each error beside its field::

    form = await read_form(request)
    try:
        body = form.body(TeamCreate, {"name": form.value("name")})
        ...
    except FORM_ERRORS as error:
        return await page(request, viewer, template, status_of(error), form=form.wrong(error))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Annotated, Any, TypeAlias, TypeVar

import asyncpg
from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from tocsin.errors import Conflict, FieldError, InvalidInput, PermissionDenied
from tocsin.http.constraints import explain
from tocsin.http.validation import field_errors
from tocsin.web.kit.formatting import as_sentence
from tocsin.web.kit.viewer import Kept, fields_of
from tocsin.web.kit.zone import UTC, in_zone

M = TypeVar("M", bound=BaseModel)

FORM_ERRORS = (InvalidInput, Conflict, asyncpg.IntegrityConstraintViolationError)
"""What a form is shown again for."""

EDITOR_ERRORS = (*FORM_ERRORS, PermissionDenied)
"""What an editor is shown again for: a right that ends while somebody types costs them none of their input."""

WHOLE = ""
"""The name under which errors stand that are about no field of the form."""

OF_SIGN_IN = "sign_in_"
"""How the names of the sign-in form's own fields begin: it may carry another form along."""


@dataclass(frozen=True, slots=True)
class Form:
    """Values by field name, and errors by field name; an error is a sentence."""

    fields: Kept = ()
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, **values: object) -> "Form":
        """A form with these values in it; a sequence is several values of one name, None is left out."""
        return cls(tuple(_items(values)))

    def value(self, name: str, default: str = "") -> str:
        """The field's only or last value, trimmed."""
        found = self.values(name)
        return found[-1] if found else default

    def values(self, name: str) -> Sequence[str]:
        return [value.strip() for each, value in self.fields if each == name]

    def given(self, name: str) -> str | None:
        """The field's value, None when it is empty."""
        return self.value(name) or None

    def has(self, name: str, value: str | None = None) -> bool:
        """Whether the box ``name`` (of several: the one with this value) is ticked."""
        found = self.values(name)
        return bool(found) if value is None else value in found

    def error(self, name: str = WHOLE) -> str | None:
        return self.errors.get(name)

    def body(self, model: type[M], values: Mapping[str, Any]) -> M:
        """The API's request model with these values. Raises InvalidInput with every wrong field, as the API does."""
        try:
            return model.model_validate(values)
        except ValidationError as error:
            found = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
            raise InvalidInput(*field_errors(RequestValidationError(found))) from None

    def wrong(self, error: Exception, names: Mapping[str, str] | None = None, zone: tzinfo = UTC) -> "Form":
        """The same form with what is wrong. ``names``: the form's own name for a field of the model.

        ``zone`` is that of the form's times.
        """
        found = _by_field(_errors(error), names or {})
        return replace(self, errors={name: in_zone(text, zone) for name, text in found.items()})


async def read_form(request: Request) -> Form:
    """The form that was sent, without what belongs to the sign-in that may have carried it."""
    return Form(tuple((name, value) for name, value in await fields_of(request) if not name.startswith(OF_SIGN_IN)))


Sent: TypeAlias = Annotated[Form, Depends(read_form)]
"""The parameter of a handler that reads a form."""


def status_of(error: Exception) -> int:
    """422 for wrong fields, 403 for what the viewer may not do, 409 for what stands in the way."""
    if isinstance(error, PermissionDenied):
        return 403
    return 422 if isinstance(error, InvalidInput) else 409


def _items(values: Mapping[str, object]) -> Sequence[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        many = value if isinstance(value, list | tuple) else [value]
        found.extend((name, str(each)) for each in many if each is not None and each is not False)
    return found


def _errors(error: Exception) -> Sequence[FieldError]:
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        violation = explain(error, deleting=False)
        if violation is None:
            raise error
        return [violation.error]
    if isinstance(error, InvalidInput | Conflict | PermissionDenied) and error.errors:
        return error.errors
    return [FieldError(WHOLE, str(error))]


def _by_field(errors: Sequence[FieldError], names: Mapping[str, str]) -> Mapping[str, str]:
    """Sentences by the form's names. What no field is there for stands above all, with its name."""
    found: dict[str, str] = {}
    for error in errors:
        name = names.get(error.field, error.field)
        found[name] = f"{found[name]} {as_sentence(error.message)}" if name in found else as_sentence(error.message)
    return found
