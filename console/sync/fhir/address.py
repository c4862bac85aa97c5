"""Addresses of FHIR servers that may be used."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


class AddressRefused(ValueError):
    """The server's address cannot be used; the text says why."""


def checked_address(url: str) -> str:
    """The base address, without a slash at its end.

    Raises:
        AddressRefused: it is none, it holds a password, or it would carry patients' data in the clear.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise AddressRefused(f"{url} is no address of a FHIR server: give one like https://server/fhir/R4.")
    if parts.username or parts.password:
        raise AddressRefused("A password does not belong into an address: put the token into its own file.")
    if parts.query or parts.fragment:
        raise AddressRefused(f"{url} is no base address: leave out what follows the path.")
    if parts.scheme == "http" and not _this_computer(parts.hostname):
        raise AddressRefused(f"{url} would carry patients' data in the clear: use https.")
    return url.rstrip("/")


def _this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
