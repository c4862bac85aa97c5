"""The table ``[fhir]`` of ``room.toml``: where this clinic's FHIR server is and how it is spoken to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from console.clinical.toml_table import Table
from console.sync.fhir.address import AddressRefused, checked_address
from console.sync.fhir.parcels import Options, Strategy

MOST_IN_A_BUNDLE: Final = 500
STRATEGIES: Final = tuple(strategy.value for strategy in Strategy)


@dataclass(frozen=True, slots=True)
class FhirConfig:
    """What the table says.

    Attributes:
        url: Base address of the server.
        options: Id strategy and size of bundles.
        token_file: File that holds the bearer token, read before each request; empty = none.
        ca_file: Certificates to trust instead of the system's; empty = the system's.
        namespace: URI below which this clinic's own identifiers and codes are named; empty = a URN.
        mrn_system: URI of the clinic's record numbers; empty = below the namespace.
    """

    url: str
    options: Options = field(default_factory=Options)
    token_file: str = ""
    ca_file: str = ""
    namespace: str = ""
    mrn_system: str = ""


def fhir_config(table: Table) -> FhirConfig:
    """Understand the table.

    Raises:
        LibraryError: it contradicts itself; the text names the place.
    """
    try:
        url = checked_address(table.text("url"))
    except AddressRefused as refused:
        raise table.problem("url", f"cannot be used. {refused}") from refused
    strategy = table.text("strategy") if table.has("strategy") else Strategy.CLIENT_ID.value
    if strategy not in STRATEGIES:
        raise table.problem("strategy", f"{strategy} is not known. There is: {', '.join(STRATEGIES)}.")
    size = table.whole("bundle_size") if table.has("bundle_size") else 0
    if not 0 <= size <= MOST_IN_A_BUNDLE:
        raise table.problem("bundle_size", f"is 1 to {MOST_IN_A_BUNDLE}. Correct it.")
    texts = {
        name: table.text(name) if table.has(name) else ""
        for name in ("token_file", "ca_file", "namespace", "mrn_system")
    }
    table.finish()
    return FhirConfig(url, Options(Strategy(strategy), size), **texts)


def read_token(file: str) -> str:
    """The bearer token in a file; it is told to nobody but the server.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds no token.
    """
    if not file:
        return ""
    token = Path(file).expanduser().read_text(encoding="ascii").strip()
    if not token or not token.isprintable() or " " in token:
        raise ValueError(f"{file} holds no token: one line without blanks is wanted.")
    return token
