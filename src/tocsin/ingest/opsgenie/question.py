"""Requests that are no messages: a known key asks, and is answered in Opsgenie's form."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from tocsin.db.pool import Pool
from tocsin.errors import TocsinError, Unauthenticated
from tocsin.http.auth import client_ip
from tocsin.http.problems import unavailable
from tocsin.ingest.opsgenie import answers
from tocsin.ingest.opsgenie.secret import KEY_TYPE, read_key
from tocsin.ingest.parameters import Parameters, read_query
from tocsin.store.services import integration_keys
from tocsin.store.services.integration_keys import KnownSender, SenderCredential


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks, the query, and what the path names."""

    pool: Pool
    sender: KnownSender
    query: Parameters
    name: str

    def number(self, name: str, default: int, most: int) -> int:
        """A number of the query, at most so much; the default where it has none."""
        text = self.query.first(name) or ""
        return min(int(text), most) if re.fullmatch("[0-9]{1,9}", text) else default


def endpoint(answer: Callable[[Question], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """What answers at a path, whose parameter, if it has one, is called ``name``."""

    async def asked(request: Request) -> Response:
        try:
            return await answer(await _question(request))
        except TocsinError as error:
            return answers.refused(error)
        except Exception as error:
            if refusal := unavailable(error):
                return answers.refused(refusal)
            raise

    return asked


async def _question(request: Request) -> Question:
    query = Parameters(read_query(request.scope["query_string"]))
    secret = read_key(request.headers, query)
    if secret is None:
        raise Unauthenticated("give the API key")
    pool: Pool = request.app.state.pool
    sender = await integration_keys.authenticate(pool, SenderCredential(secret, KEY_TYPE, client_ip(request)))
    return Question(pool, sender, query, request.path_params.get("name", ""))
