"""Files by the hash of their content in a bucket that speaks S3, for more than one machine."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from app.core.errors import NotFoundError
from app.core.i18n import N_
from app.core.settings import Settings
from app.core.storage import copy_hashed, is_address

#: Smaller uploads stay in memory on their way.
_IN_MEMORY = 1024 * 1024


class S3Storage:
    """A bucket of Amazon S3, MinIO, Ceph and their like; the bucket must exist."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.s3_bucket
        # Path style: a server of one's own has no name per bucket.
        style = {"addressing_style": "path" if settings.s3_endpoint else "auto"}
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint or None,
            region_name=settings.s3_region,
            aws_access_key_id=settings.s3_access_key or None,
            aws_secret_access_key=settings.s3_secret_key or None,
            config=Config(
                s3=style, connect_timeout=5, read_timeout=30, retries={"max_attempts": 3}
            ),
        )

    def keep(self, stream: BinaryIO, most_bytes: int) -> tuple[str, int]:
        """Store a stream; nothing is sent before it has proved short enough.

        Raises:
            InvalidInputError: the stream is longer than `most_bytes`.
        """
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            address, size = copy_hashed(stream, cast(BinaryIO, file), most_bytes)
            file.seek(0)
            self._client.put_object(
                Bucket=self._bucket,
                Key=_key(address),
                Body=file,
                ContentLength=size,
                Metadata={"sha256": address},
            )
        return address, size

    def open(self, address: str) -> BinaryIO:
        """The bytes behind an address, checked against it on their way into a local file.

        Raises:
            NotFoundError: no such object, or one that was tampered with.
        """
        digest = hashlib.sha256()
        with ExitStack() as closing:
            file = closing.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
            for chunk in self._chunks(address):
                digest.update(chunk)
                file.write(chunk)
            if digest.hexdigest() != address:
                raise _missing()
            file.seek(0)
            closing.pop_all()  # whoever reads it closes it
        return cast(BinaryIO, file)

    def _chunks(self, address: str) -> Iterator[bytes]:
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=_key(address))
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                raise _missing() from error
            raise
        yield from found["Body"].iter_chunks()

    def drop(self, address: str) -> None:
        """Forget the bytes behind an address; no error when there are none."""
        self._client.delete_object(Bucket=self._bucket, Key=_key(address))


def _key(address: str) -> str:
    if not is_address(address):
        raise _missing()
    return f"{address[:2]}/{address}"


def _missing() -> NotFoundError:
    return NotFoundError(N_("Expected a stored file, found none with this address."))
