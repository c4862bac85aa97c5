"""The way to the archive: TLS with both sides' certificates checked, or no way at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography import x509
from psycopg.conninfo import make_conninfo
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from console.clock import NS_PER_S
from console.sync.packing import Packed, PackedDumper
from console.sync.ports import Archive, Origin, Rejected, Unreachable
from console.sync.postgres import PostgresArchive, first_line
from console.sync.waiting import PatientConnection

CONNECT_S: Final = 10
CERTIFICATE_NOTICE_DAYS: Final = 30
CERTIFICATE_WARNING_DAYS: Final = 14
"""Site defaults for certificates of 90 days."""

_KEEPALIVE: Final = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


class AddressWrong(ValueError):
    """The archive's address cannot be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class ArchiveAddress:
    """Where the archive is and how it is trusted.

    Attributes:
        host: Name in its certificate.
        port: TCP port.
        database: Database.
        user: Role of this workstation.
        ca: Certificates of the clinic's authority.
        certificate: This workstation's certificate.
        key: Its private key.
        password_file: libpq password file, None where the certificate is enough.
    """

    host: str
    port: int
    database: str
    user: str
    ca: Path
    certificate: Path
    key: Path
    password_file: Path | None = None

    def __str__(self) -> str:
        """Without anything secret."""
        return f"{self.user}@{self.host}:{self.port}/{self.database}"

    def parameters(self) -> dict[str, str]:
        """What libpq is told: verify-full, a client certificate, nothing weaker."""
        told = {
            "host": self.host,
            "port": str(self.port),
            "dbname": self.database,
            "user": self.user,
            "sslmode": "verify-full",
            "sslrootcert": str(self.ca),
            "sslcert": str(self.certificate),
            "sslkey": str(self.key),
            "sslcertmode": "require",
            "ssl_min_protocol_version": "TLSv1.2",
            "gssencmode": "disable",
        }
        if self.password_file is not None:
            told["passfile"] = str(self.password_file)
        return told


def read_address(
    url: str, ca: Path, certificate: Path, key: Path, password_file: Path | None = None
) -> ArchiveAddress:
    """Understand ``postgresql://role@host:port/database``.

    Raises:
        AddressWrong: it is no such address, or holds a password or an option.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname or not parts.username:
        raise AddressWrong("must read postgresql://role@host:port/database. Correct it.")
    if parts.password is not None:
        # The address is shown and logged; a password must not be in it.
        raise AddressWrong("must not hold a password. Put it into a file and name that as password_file.")
    if parse_qsl(parts.query) or parts.fragment:
        raise AddressWrong("takes no options: encryption is always checked in full. Remove what follows '?'.")
    try:
        port = parts.port or 5432
    except ValueError as error:
        raise AddressWrong("names a port that is no number. Correct it.") from error
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise AddressWrong("does not name a database. Write it behind the host: .../archive.")
    return ArchiveAddress(
        parts.hostname, port, database, unquote(parts.username), ca, certificate, key, password_file
    )


@dataclass(frozen=True, slots=True)
class CertificateAge:
    """How long this workstation's certificate holds.

    Attributes:
        days_left: Whole days; negative once it has expired.
        sentence: What to do, empty while nothing is due.
    """

    days_left: int
    sentence: str


def certificate_age(certificate: Path, wall_utc_ns: int) -> CertificateAge:
    """Look at a certificate file.

    Raises:
        Rejected: it is not there or is no certificate.
    """
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise Rejected(
            f"This workstation's certificate {certificate} cannot be read. Ask for a new one."
        ) from error
    now = datetime.fromtimestamp(wall_utc_ns / NS_PER_S, UTC)
    days = (found.not_valid_after_utc - now).days
    if days < 0:
        return CertificateAge(
            days, "This workstation's certificate has expired: put the renewed one in its place."
        )
    if days <= CERTIFICATE_WARNING_DAYS:
        return CertificateAge(days, f"This workstation's certificate expires in {days} days: renew it now.")
    if days <= CERTIFICATE_NOTICE_DAYS:
        return CertificateAge(days, f"This workstation's certificate expires in {days} days: renew it.")
    return CertificateAge(days, "")


def _connect(parameters: Mapping[str, str], connect_s: int) -> PatientConnection:
    connection = PatientConnection.connect(
        make_conninfo(
            **{**_KEEPALIVE, **parameters},
            connect_timeout=connect_s,
            application_name="infusion-console",
        )
    )
    connection.adapters.register_dumper(Packed, PackedDumper)
    return connection


_REFUSED: Final = re.compile(
    r"no pg_hba.conf entry|authentication failed|certificate authentication|role \".*\" does not exist"
    r"|not permitted to log in|password",
    re.IGNORECASE,
)
_UNTRUSTED: Final = re.compile(r"ssl|tls|certificate|private key", re.IGNORECASE)


def connect_refusal(error: BaseException | None) -> Unreachable | Rejected:
    """Why a connection did not come about, as a sentence for a technician."""
    text = first_line(error)
    if _REFUSED.search(text) and "server does not support" not in text:
        return Rejected(f"The archive refuses this workstation: {text}")
    if _UNTRUSTED.search(text):
        return Rejected(f"Nothing is sent: the archive's encryption cannot be trusted. {text}")
    return Unreachable(f"The archive is not reached: {text}")


class Door:
    """Opens the archive for one workstation."""

    def __init__(self, parameters: Mapping[str, str], connect_s: int = CONNECT_S) -> None:
        """Opens nothing yet.

        Args:
            parameters: What libpq is told.
            connect_s: How long an attempt may take.
        """
        # Each call is one statement and with it one transaction: no round trips for BEGIN and COMMIT. Errors
        # must not carry what was sent: it names patients.
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: _connect(parameters, connect_s),
            poolclass=NullPool,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
        )

    @classmethod
    def to(cls, address: ArchiveAddress) -> Self:
        """The door to an address."""
        return cls(address.parameters())

    def open(self, origin: Origin) -> Archive:
        """Connect as this workstation.

        Raises:
            Unreachable: nobody answers.
            Rejected: whoever answers is not trusted, or refuses.
        """
        try:
            return PostgresArchive(self._engine.connect(), origin)
        except SQLAlchemyError as error:
            raise connect_refusal(getattr(error, "orig", None)) from error
        except (OSError, ValueError) as error:
            raise Unreachable(f"The archive's name is not known on this network ({error}).") from error


OpenArchive = Callable[[Origin], Archive]
