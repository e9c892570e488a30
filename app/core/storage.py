"""Files by the hash of their content: a local folder in the embedded default.

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

_CHUNK = 256 * 1024
_ADDRESS = re.compile(r"^[0-9a-f]{64}$")


class Storage(Protocol):
    """Where files lie. Addresses are SHA-256 sums of their bytes, hexadecimal."""

    def keep(self, stream: BinaryIO, most_bytes: int) -> tuple[str, int]:
        """Store a stream; gives its address and its size in bytes."""

    def open(self, address: str) -> BinaryIO:
        """The bytes behind an address."""


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
        digest, size = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > most_bytes:
                        raise InvalidInputError(
                            N_("Expected a file of at most {most} MB, found a larger one."),
                            most=most_bytes // 1024 // 1024,
                        )
                    digest.update(chunk)
                    file.write(chunk)
            address = digest.hexdigest()
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
        path = self._path(address) if _ADDRESS.match(address) else None
        if path is None or not path.is_file():
            raise NotFoundError(N_("Expected a stored file, found none with this address."))
        return path.open("rb")

    def _path(self, address: str) -> Path:
        return self._folder / address[:2] / address
