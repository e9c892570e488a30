"""Files by the hash of their content: a local folder by default, a bucket of S3 by setting.

The same bytes lie there once, whoever attached them; a file is never changed or overwritten.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO, Protocol

from app.core.errors import InvalidInputError, NotFoundError
from app.core.i18n import N_
from app.core.settings import Settings

_CHUNK = 256 * 1024
_ADDRESS = re.compile(r"[0-9a-f]{64}")


class Storage(Protocol):
    """Where files lie. Addresses are SHA-256 sums of their bytes, hexadecimal."""

    def keep(self, stream: BinaryIO, most_bytes: int) -> tuple[str, int]:
        """Store a stream; gives its address and its size in bytes."""

    def open(self, address: str) -> BinaryIO:
        """The bytes behind an address."""

    def drop(self, address: str) -> None:
        """Forget the bytes behind an address, which no row names any more."""


def open_storage(settings: Settings) -> Storage:
    """Where this installation keeps its files."""
    if not settings.s3_bucket:
        return FolderStorage(settings.files_folder)
    # Its library is an extra that only such an installation has.
    from app.core.s3_storage import S3Storage  # noqa: PLC0415

    return S3Storage(settings)


def is_address(text: str) -> bool:
    """Whether this could be the address of a file."""
    return _ADDRESS.fullmatch(text) is not None


def copy_hashed(stream: BinaryIO, target: BinaryIO, most_bytes: int) -> tuple[str, int]:
    """Copy a stream; gives the SHA-256 sum of its bytes and their number.

    Raises:
        InvalidInputError: the stream is longer than `most_bytes`.
    """
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > most_bytes:
            raise InvalidInputError(
                N_("Expected a file of at most {most} MB, found a larger one."),
                most=most_bytes // 1024 // 1024,
            )
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), size


class FolderStorage:
    """Files in a folder of this machine, spread over 256 sub-folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, stream: BinaryIO, most_bytes: int) -> tuple[str, int]:
        """Store a stream; an interrupted upload leaves nothing behind.

        Raises:
            InvalidInputError: the stream is longer than `most_bytes`.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                address, size = copy_hashed(stream, file, most_bytes)
            path = self._path(address)
            path.parent.mkdir(exist_ok=True)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return address, size

    def open(self, address: str) -> BinaryIO:
        """The bytes behind an address.

        Raises:
            NotFoundError: no such file.
        """
        path = self._path(address) if is_address(address) else None
        if path is None or not path.is_file():
            raise NotFoundError(N_("Expected a stored file, found none with this address."))
        return path.open("rb")

    def drop(self, address: str) -> None:
        """Forget the bytes behind an address; no error when there are none."""
        if is_address(address):
            self._path(address).unlink(missing_ok=True)

    def _path(self, address: str) -> Path:
        return self._folder / address[:2] / address
