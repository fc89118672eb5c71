"""Pages as a JSON POST to a URL.

The status line is the answer: 2xx means accepted, whatever happens to the body afterwards. Redirects are not
followed, since that would repeat a signed page to an address nobody entered.
"""

import asyncio
import json
import time
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus

import aiohttp
from yarl import URL

from tocsin import __version__
from tocsin.channels.kit.causes import connection_cause, place
from tocsin.channels.kit.retry_after import retry_after
from tocsin.channels.page import Actions, Destination, Page, Receipt
from tocsin.channels.webhook.address import check_url
from tocsin.channels.webhook.signature import SIGNATURE_HEADER, sign
from tocsin.errors import DeliveryFailed

ANSWER_LIMIT_BYTES = 64 * 1024
DRAIN_LIMIT = timedelta(seconds=1)


class WebhookSender:
    """Posts pages with a shared client. ``timeout`` bounds a send as a whole, from the connection to the status."""

    def __init__(self, client: aiohttp.ClientSession, timeout: timedelta = timedelta(seconds=10)) -> None:
        self._client = client
        self._timeout = timeout

    async def send(self, destination: Destination, page: Page) -> Receipt:
        """Post the page. Raises DeliveryFailed for any answer but 2xx; only a bad URL is permanent."""
        url = _url(destination)
        where = place(url.host, url.port, 443 if url.scheme == "https" else 80)
        body = json.dumps(payload(page)).encode()
        try:
            status, wait = await self._post(url, body, _headers(destination, page, body))
        except TimeoutError as error:
            seconds = self._timeout.total_seconds()
            raise DeliveryFailed(f"{where} did not answer within {seconds:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise DeliveryFailed(_cause(where, error)) from error
        if not 200 <= status < 300:
            raise DeliveryFailed(_refusal(where, status), retry_after=wait)
        return Receipt(reference=None)

    async def _post(self, url: URL, body: bytes, headers: dict[str, str]) -> tuple[int, timedelta | None]:
        """The status of the answer, and the wait that it asks for."""
        async with asyncio.timeout(self._timeout.total_seconds()):
            response = await self._client.post(url, data=body, headers=headers, allow_redirects=False)
        await _drain(response)
        return response.status, retry_after(response.status, response.headers)


def _url(destination: Destination) -> URL:
    try:
        return _checked(destination.address)
    except ValueError as error:
        raise DeliveryFailed(str(error), permanent=True) from error


@lru_cache(maxsize=1024)
def _checked(address: str) -> URL:
    return URL(check_url(address))


def payload(page: Page) -> dict[str, object]:
    """Return the JSON object that a webhook receives."""
    return {
        "type": page.kind,
        "page_id": str(page.page_id),
        "idempotency_key": page.idempotency_key,
        **(_about_engine(page) if page.kind == "engine" else _about_alert(page)),
    }


def _about_engine(page: Page) -> dict[str, object]:
    return {
        "engine": {
            "status": page.status,
            "summary": page.summary,
            "details": page.details,
            "url": page.alert_url,
        },
        "escalation": {"policy": page.policy_name},
    }


def _about_alert(page: Page) -> dict[str, object]:
    return {
        "alert": {
            "id": page.alert_id,
            "summary": page.summary,
            "details": page.details,
            "status": page.status,
            "url": page.alert_url,
        },
        "service": {"id": str(page.service_id), "name": page.service_name},
        "escalation": {
            "policy": page.policy_name,
            "step_number": page.step_number,
            "loop_count": page.loop_count,
        },
        "actions": _links(page.actions) if page.actions else None,
    }


def _links(actions: Actions) -> dict[str, str]:
    return {"acknowledge": actions.acknowledge, "close": actions.close, "escalate": actions.escalate}


def _headers(destination: Destination, page: Page, body: bytes) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Tocsin/{__version__}",
        "Idempotency-Key": page.idempotency_key,
    }
    if destination.secret:
        headers[SIGNATURE_HEADER] = sign(destination.secret, body, now=int(time.time()))
    return headers


async def _drain(response: aiohttp.ClientResponse) -> None:
    """Read a short answer so that the connection can be used again; cut off a long or slow one."""
    if response.content.is_eof():
        return  # it came with the status
    try:
        async with asyncio.timeout(DRAIN_LIMIT.total_seconds()):
            await response.content.readexactly(ANSWER_LIMIT_BYTES)
    except asyncio.IncompleteReadError:
        response.release()  # the whole answer was short
        return
    except (TimeoutError, aiohttp.ClientError, OSError):
        pass  # the status has been given; losing the body changes nothing
    response.close()


def _refusal(where: str, status: int) -> str:
    if 300 <= status < 400:
        return f"{where} answered {_status(status)}; redirects are not followed"
    return f"{where} answered {_status(status)}"


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _cause(where: str, error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ClientConnectorCertificateError():
            return f"no connection to {where}: {connection_cause(error)}"
        case aiohttp.ClientResponseError():
            return f"{where} answered with something that is not HTTP"
        case _:
            return f"the connection to {where} was lost before an answer"
