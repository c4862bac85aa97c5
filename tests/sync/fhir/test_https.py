"""Over a real TLS line: certificates are checked, the token goes to the server and nowhere else."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from console.sync.fhir.address import AddressRefused, checked_address
from console.sync.fhir.https import HttpsServer
from console.sync.fhir.push import NotReached, Request

TOKEN = "tok-5ecret"


@dataclass
class Far:
    """A server at the other end of a TLS line."""

    port: int
    certificate: Path
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/fhir"


def certificate_in(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "far")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    certificate, private = certificate_in(tmp_path_factory.mktemp("tls"))
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            if self.path.endswith("/elsewhere"):
                self.send_response(307)
                self.send_header("Location", "http://127.0.0.1:1/stolen")
            else:
                self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up is what one test is about."""

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield Far(server.server_address[1], certificate, seen)
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.mark.req("FHIR-05")
def test_a_server_whose_certificate_is_not_known_is_sent_nothing(far: Far) -> None:
    server = HttpsServer(far.url, lambda: TOKEN, timeout_s=5)
    before = len(far.headers)
    with pytest.raises(NotReached, match="certificate cannot be trusted"):
        server.ask(Request("GET", "metadata"))
    server.close()
    assert len(far.headers) == before


@pytest.mark.req("FHIR-05")
def test_the_token_goes_to_the_server_and_into_no_log(far: Far, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = HttpsServer(far.url, lambda: TOKEN, far.certificate, timeout_s=5)
    assert server.ask(Request("GET", "metadata")).status == 200
    assert far.headers[-1]["authorization"] == f"Bearer {TOKEN}"
    assert server.ask(Request("GET", "elsewhere")).status == 307
    server.close()
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(server) + repr(vars(server))


def test_a_token_that_cannot_be_read_sends_nothing_and_says_where_to_look(far: Far) -> None:
    def none() -> str:
        raise OSError("gone")

    server = HttpsServer(far.url, none, far.certificate, timeout_s=5)
    before = len(far.headers)
    with pytest.raises(NotReached, match="token_file"):
        server.ask(Request("GET"))
    server.close()
    assert len(far.headers) == before


def test_a_port_where_nobody_listens_is_a_sentence() -> None:
    server = HttpsServer("http://127.0.0.1:1/fhir", lambda: "", timeout_s=2)
    with pytest.raises(NotReached, match="no connection"):
        server.ask(Request("GET"))
    server.close()


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a", "https://", "http://a.example/fhir", "https://me:pw@a/fhir", "https://a/fhir?x=1"],
)
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        checked_address(url)


@pytest.mark.parametrize("url", ["https://a.example/fhir/", "http://localhost:8080/x", "http://[::1]/fhir"])
def test_a_good_address_loses_its_last_slash(url: str) -> None:
    assert checked_address(url) == url.rstrip("/")
