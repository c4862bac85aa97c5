"""A FHIR server over HTTPS: certificates are checked, redirects not followed, the token is told to nobody."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from console.sync.fhir.address import checked_address
from console.sync.fhir.answers import Reply
from console.sync.fhir.push import FHIR_JSON, NotReached, Request

TIMEOUT_S: Final = 30.0
LARGEST_ANSWER: Final = 64 * 1024 * 1024


class HttpsServer:
    """One server; used from one thread."""

    def __init__(
        self,
        url: str,
        token: Callable[[], str],
        ca_file: Path | None = None,
        transport: httpx.BaseTransport | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            url: Base address.
            token: Gives the bearer token, asked before each request so that it may be renewed; empty = none.
            ca_file: Certificates to trust instead of the system's.
            transport: Instead of the network, for tests.
            timeout_s: Seconds without a byte.

        Raises:
            AddressRefused: the address cannot be used.
            OSError: the certificates cannot be read.
        """
        self._base = checked_address(url)
        self._token = token
        trust = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
        self._client = httpx.Client(
            verify=trust, transport=transport, timeout=timeout_s, follow_redirects=False, trust_env=False
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def ask(self, request: Request) -> Reply:
        """Send one request.

        Raises:
            NotReached: no whole answer came.
        """
        headers = {"accept": FHIR_JSON, **dict(request.headers)}
        try:
            token = self._token()
        except (OSError, ValueError) as error:
            raise NotReached("The token of the FHIR server cannot be read: look at token_file.") from error
        if token:
            headers["authorization"] = f"Bearer {token}"
        address = f"{self._base}/{request.path}" if request.path else self._base
        try:
            with self._client.stream(
                request.method, address, content=request.body, headers=headers
            ) as response:
                return Reply(response.status_code, dict(response.headers), _body(response))
        except httpx.HTTPError as error:
            raise NotReached(f"The FHIR server was not reached: {_words(error)}.") from error


def _body(response: httpx.Response) -> bytes:
    found = bytearray()
    for piece in response.iter_bytes():
        found += piece
        if len(found) > LARGEST_ANSWER:
            raise httpx.DecodingError("its answer is too large")
    return bytes(found)


def _words(error: httpx.HTTPError) -> str:
    """The kind of trouble; never a header or a body."""
    match error:
        case httpx.ConnectTimeout() | httpx.ReadTimeout() | httpx.WriteTimeout() | httpx.PoolTimeout():
            return "it did not answer in time"
        case httpx.ConnectError():
            secure = "certificate" in str(error).lower()
            return "its certificate cannot be trusted" if secure else "no connection"
        case _:
            return "the connection broke"
