"""The HTTP client of whatever sends: webhooks, and the dead man's switch."""

from urllib.request import getproxies

import aiohttp


def http_client() -> aiohttp.ClientSession:
    """Return a client that keeps no cookies and has no limit on connections.

    With the usual limit of 100, that many hanging receivers would hold up the pages of everybody else. The
    engine bounds how many sends run at once. A connection is kept for less time than servers are known to keep it:
    one that is being closed as a page goes out would cost the page a retry. The environment is looked at for a proxy
    only if it names one: aiohttp does so, and reads ~/.netrc, in a thread for each request.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        trust_env=bool(getproxies()),
    )
