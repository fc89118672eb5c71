"""What the expressions of rules read: the values of a message by their names, and the request that brought it."""

from dataclasses import dataclass
from typing import Self

from tocsin.domain.routing.route import IncomingAlert
from tocsin.ingest.expressions.failure import ExpressionFailed
from tocsin.ingest.expressions.values import Values, read_values
from tocsin.ingest.payload_value import Payload, payload_value

_PAYLOAD = "payload"

VARIABLES = (*IncomingAlert(summary="").values, _PAYLOAD)


@dataclass(frozen=True, slots=True)
class RequestValues:
    """A request, read once for all messages in it; or why it cannot be read."""

    payload: Values | ExpressionFailed

    @classmethod
    def of(cls, payload: Payload) -> Self:
        try:
            return cls(read_values({_PAYLOAD: payload_value(payload)}))
        except ExpressionFailed as error:
            return cls(error)

    def of_message(self, alert: IncomingAlert) -> Values:
        """What expressions read of a message. Raises ExpressionFailed when they cannot."""
        if isinstance(self.payload, ExpressionFailed):
            raise self.payload
        return self.payload.beside(alert.values)
