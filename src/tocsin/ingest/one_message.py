"""Formats whose request is one message, told in parameters: in the query, as a form or as JSON."""

from collections.abc import Callable, Mapping

from tocsin.errors import InvalidInput
from tocsin.ingest.mending import Mender
from tocsin.ingest.message_format import Message, RawRequest, Submission
from tocsin.ingest.parameters import Parameters, read_parameters
from tocsin.ingest.secret import read_secret, secret_of


def one_message(parse: Callable[[Parameters], Message]) -> Callable[[RawRequest], Submission]:
    """How such a format reads a request. ``parse`` makes the message of the parameters, or raises InvalidInput."""

    def read(raw: RawRequest) -> Submission:
        try:
            parameters = read_parameters(raw.query, raw.headers.get("content-type", ""), raw.body)
        except InvalidInput as error:
            return Submission(secret_of(raw), error)
        secret = read_secret(raw.headers, parameters)
        try:
            return Submission(secret, [parse(parameters)])
        except InvalidInput as error:
            return Submission(secret, error)

    return read


class ParameterLines:
    """The parameters as lines of text, by their names in any case. A field of JSON comes before one of form or query.

    A whole number in JSON is as good as text.
    """

    def __init__(self, parameters: Parameters, mender: Mender) -> None:
        pairs = {name.lower(): value for name, value in reversed(parameters.pairs) if value}
        self._values: Mapping[str, object] = {**pairs, **parameters.fields}
        self._mender = mender

    def line(self, name: str) -> str:
        """The value of a parameter; empty when there is none. ``name`` is what a note calls it."""
        value = self._values.get(name.lower())
        return self._mender.line(name, str(value) if type(value) is int and abs(value) < 10**18 else value)
