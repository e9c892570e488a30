"""The bundle: hashed names, compressed copies, kept for long; pages work without one."""

import gzip
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.core.database import Database
from app.core.settings import Settings
from app.web import assets as assets_of_web
from app.web import create_app

SCRIPT = b"export const answer = 42;"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    names = {"app.js": "app-AAAA.js", "app.css": "app-BBBB.css", "app.js+": ["chunk-CCCC.js"]}
    (folder / "manifest.json").write_text(json.dumps(names))
    (folder / "app-AAAA.js").write_bytes(SCRIPT)
    (folder / "app-AAAA.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "app-AAAA.js.br").write_bytes(b"as if it were brotli")
    return folder


@pytest.fixture
def reader(
    settings: Settings, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    monkeypatch.setattr(assets_of_web, "DIST", folder)
    client = create_app(settings, database).test_client()
    client.set_cookie("language", "en")
    return client


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)],
)
def test_the_smallest_accepted_copy_is_served(
    reader: FlaskClient, accepted: str, encoding: str | None
) -> None:
    answer = reader.get("/assets/app-AAAA.js", headers={"Accept-Encoding": accepted}, buffered=True)

    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.mimetype == "text/javascript"


def test_hashed_files_are_kept_for_a_year(reader: FlaskClient) -> None:
    answer = reader.get("/assets/app-AAAA.js", buffered=True)

    assert answer.data == SCRIPT
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_nothing_but_files_of_the_bundle_is_served(reader: FlaskClient) -> None:
    for name in ("manifest.json", "none-DDDD.js", "..%2Fapp.py"):
        assert reader.get(f"/assets/{name}").status_code == 404


def test_a_page_loads_its_entry_with_style_and_chunks(reader: FlaskClient) -> None:
    page = reader.get("/sign-in").text

    assert '<link rel="stylesheet" href="/assets/app-BBBB.css">' in page
    assert '<link rel="modulepreload" href="/assets/chunk-CCCC.js">' in page
    assert '<script type="module" src="/assets/app-AAAA.js"></script>' in page


def test_without_a_bundle_pages_say_which_command_is_missing(
    settings: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets_of_web, "DIST", tmp_path / "none")
    client = create_app(settings, database).test_client()
    client.set_cookie("language", "en")

    answer = client.get("/sign-in")

    assert answer.status_code == 200
    assert "Build it with: npm --prefix frontend run build" in answer.text


def test_the_health_check_needs_no_database(settings: Settings, database: Database) -> None:
    database.dispose()

    assert create_app(settings, database).test_client().get("/health").text == "ok\n"


def test_the_lock_file_names_no_registry() -> None:
    lock = Path("frontend/package-lock.json").read_text()

    assert '"resolved"' not in lock
    assert "node_modules/bpmn-js" in lock
