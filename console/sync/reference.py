"""Reference data in a signed bundle: drug library, syringes, books, instruments, all of one version.

The signature (Ed25519, RFC 8032) covers a fixed prefix and the bundle's bytes; it names its clinic and
its version, so that neither another clinic's nor an older one can be passed off as the newest.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT: Final = 1
_PREFIX: Final = b"infusion-console reference data\x00"


class ReferenceRefused(Exception):
    """A bundle or a key cannot be used; the text says why and what to do."""


class Bundle(msgspec.Struct, frozen=True):
    """Everything a clinic publishes at once.

    Attributes:
        site_id: The clinic it is for.
        version: 1 and up; each publication has a higher one.
        files: Text of each file by its name (``"library.toml"``, ``"instruments/phq9.toml"``).
        by: Who published it.
        format: Of this bundle.
    """

    site_id: str
    version: int
    files: dict[str, str]
    by: str = ""
    format: int = FORMAT

    @property
    def data(self) -> dict[str, bytes]:
        """The files as bytes."""
        return {name: text.encode() for name, text in self.files.items()}


class Signed(msgspec.Struct, frozen=True):
    """A bundle as it travels."""

    bundle: bytes
    signature: bytes


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Bundle)


def new_key() -> tuple[bytes, str]:
    """A new pair: the private key as PEM, and the public one as one line of text."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, public_line(key)


def public_line(key: Ed25519PrivateKey) -> str:
    """The public key as one line of text."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def sign(private_pem: bytes, site_id: str, version: int, files: Mapping[str, bytes], by: str = "") -> Signed:
    """Make and sign a bundle.

    Raises:
        ReferenceRefused: the key is no Ed25519 key, or a file is no text.
    """
    try:
        key = serialization.load_pem_private_key(private_pem, None)
    except (ValueError, TypeError) as error:
        raise ReferenceRefused("The key file holds no private key. Give the one 'keygen' made.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ReferenceRefused("The key is no Ed25519 key. Give the one 'keygen' made.")
    try:
        texts = {name: data.decode("utf-8") for name, data in sorted(files.items())}
    except UnicodeDecodeError as error:
        raise ReferenceRefused(f"A file is no UTF-8 text ({error.reason}). Correct it.") from error
    data = _encoder.encode(Bundle(site_id, version, texts, by))
    return Signed(data, key.sign(_PREFIX + data))


def opened(signed: Signed, public: str, site_id: str) -> Bundle:
    """The bundle, if the clinic's own key signed it and it is for this clinic.

    Raises:
        ReferenceRefused: it is not; the text says why.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.strip(), validate=True))
    except (ValueError, binascii.Error) as error:
        raise ReferenceRefused(
            "The clinic's public key (reference.pub) is damaged. Copy it again from whoever publishes."
        ) from error
    try:
        key.verify(signed.signature, _PREFIX + signed.bundle)
    except InvalidSignature as error:
        raise ReferenceRefused(
            "The reference data is not signed by the clinic's key: it is not used. Tell whoever publishes it."
        ) from error
    try:
        bundle = _decoder.decode(signed.bundle)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ReferenceRefused("The reference data is signed but cannot be read by this version.") from error
    if bundle.format != FORMAT:
        raise ReferenceRefused("The reference data was published for a newer console. Update this one.")
    if bundle.site_id != site_id:
        raise ReferenceRefused(f"The reference data is for {bundle.site_id}, not for {site_id}.")
    return bundle


def taken(bundle: Bundle, newest: int) -> bool:
    """Whether a bundle is newer than the newest this room ever had.

    Raises:
        ReferenceRefused: it is older.
    """
    if bundle.version < newest:
        raise ReferenceRefused(
            f"The archive offers reference data version {bundle.version}, older than version {newest}, which "
            "this room has had: it is refused. Tell whoever runs the archive."
        )
    return bundle.version > newest
