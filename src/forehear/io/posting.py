"""Reports posted to a hub over HTTP: the one client, with nothing but the standard library under it."""

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from forehear.errors import InputError

# How long an answer is waited for [s].
TIMEOUT_S = 10.0
# Of an answer no more than this is read [bytes].
MOST_ANSWER = 100_000
LINES = {"Content-Type": "application/x-ndjson"}

# Sends a body; gives the status and the answer. Raises OSError where there is no line.
Post = Callable[[bytes], tuple[int, bytes]]


def poster(
    url: str, headers: Mapping[str, str] = LINES, timeout_s: float = TIMEOUT_S, proxies: bool = True
) -> Post:
    """Make what posts to a hub at an address. `proxies`: go by those that the environment names.

    Raises InputError on an address that is none.
    """
    if not url.startswith(("http://", "https://")):
        raise InputError(f"--hub {url!r}: allowed: http://... or https://...")
    address = url.rstrip("/") + "/v1/reports"
    opener = urllib.request.build_opener(*([] if proxies else [urllib.request.ProxyHandler({})]))

    def post(body: bytes) -> tuple[int, bytes]:
        request = urllib.request.Request(address, body, dict(headers))
        try:
            with opener.open(request, timeout=timeout_s) as answer:
                return answer.status, answer.read(MOST_ANSWER)
        except urllib.error.HTTPError as error:
            return error.code, error.read(MOST_ANSWER)

    return post
