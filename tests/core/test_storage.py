"""Both kinds of file storage keep the same promises; the bucket is a server here."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from app.core.errors import InvalidInputError, NotFoundError
from app.core.settings import Settings
from app.core.storage import FolderStorage, Storage, open_storage
from tests.databases import installation

BUCKET = "countersign-files"
HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    """A server that speaks S3, with an empty bucket."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{port}"
    _client(address).create_bucket(Bucket=BUCKET)
    yield address
    server.stop()


def _client(address: str):  # type: ignore[no-untyped-def]
    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def in_bucket(settings: Settings, address: str) -> Settings:
    return replace(
        settings, s3_bucket=BUCKET, s3_endpoint=address, s3_access_key="test", s3_secret_key="test"
    )


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    settings = installation("sqlite://", tmp_path)
    if request.param == "bucket":
        settings = in_bucket(settings, request.getfixturevalue("s3_address"))
    return open_storage(settings)


def test_the_folder_is_the_default(tmp_path: Path) -> None:
    assert isinstance(open_storage(installation("sqlite://", tmp_path)), FolderStorage)


def test_bytes_come_back_from_their_address(storage: Storage) -> None:
    address, size = storage.keep(BytesIO(b"hello"), 5)

    assert (address, size) == (HELLO, 5)
    with storage.open(address) as file:
        assert file.read() == b"hello"


def test_the_same_bytes_lie_there_once(storage: Storage) -> None:
    assert storage.keep(BytesIO(b"hello"), 9) == storage.keep(BytesIO(b"hello"), 9)


def test_a_file_that_is_too_long_is_not_kept(storage: Storage) -> None:
    storage.drop(HELLO)
    with pytest.raises(InvalidInputError):
        storage.keep(BytesIO(b"hello"), 4)
    with pytest.raises(NotFoundError):
        storage.open(HELLO)


def test_what_is_dropped_is_gone_and_may_be_dropped_again(storage: Storage) -> None:
    storage.keep(BytesIO(b"hello"), 5)

    storage.drop(HELLO)
    storage.drop(HELLO)

    with pytest.raises(NotFoundError):
        storage.open(HELLO)


@pytest.mark.parametrize(
    "address", ["", "..", "../../etc/passwd", HELLO[:-1], HELLO + "\n", "x" * 64]
)
def test_an_address_that_is_none_finds_nothing(storage: Storage, address: str) -> None:
    with pytest.raises(NotFoundError):
        storage.open(address)


def test_a_large_file_goes_through_both(storage: Storage) -> None:
    content = bytes(range(256)) * 16 * 1024  # 4 MB

    address, size = storage.keep(BytesIO(content), len(content))

    with storage.open(address) as file:
        assert file.read() == content
    assert size == len(content)


def test_bytes_that_were_tampered_with_in_the_bucket_are_not_given(
    s3_address: str, tmp_path: Path
) -> None:
    storage = open_storage(in_bucket(installation("sqlite://", tmp_path), s3_address))
    address, _ = storage.keep(BytesIO(b"honest"), 10)
    _client(s3_address).put_object(Bucket=BUCKET, Key=f"{address[:2]}/{address}", Body=b"other")

    with pytest.raises(NotFoundError):
        storage.open(address)


def test_the_settings_come_from_the_environment() -> None:
    said = {"S3_BUCKET": "b", "S3_ENDPOINT": "http://127.0.0.1:9000", "MAX_ATTACHMENT_MB": "0.5"}
    said |= {"ATTACHMENT_TYPES": ".pdf .png", "BATCH_AMOUNT": "12.5", "SECRET_KEY": "k"}

    found = Settings.from_environment(said)

    assert (found.s3_bucket, found.s3_endpoint) == ("b", "http://127.0.0.1:9000")
    assert found.max_attachment_bytes == 512 * 1024
    assert found.attachment_types == {".pdf", ".png"}
    assert str(found.batch_amount) == "12.5"
