"""What the live page must be told beside the state: the site's configuration and its time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from console.session.site import Site


@dataclass(frozen=True, slots=True)
class LiveReference:
    """Knowledge handed to the live view.

    Attributes:
        site: Configuration of the room: alarm limits, drug library, monitors.
        zone: The clinic's time zone, the machine's own when None.
    """

    site: Site
    zone: tzinfo | None = None
