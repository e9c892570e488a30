"""A real Chromium on a real server: the sample bureau, signed in as anybody, watched for faults."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import waitress
from playwright.sync_api import BrowserContext, Page
from waitress import wasyncore

from app.core.database import Database
from app.core.settings import ROOT
from app.projects.sample import SAMPLE_PASSWORD
from app.web import create_app
from tests.browser.faults import Faults
from tests.databases import Server, clone_of, installation, open_warm
from tools.programs import find_chromium

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
#: Chromium's own errands (updates, experiments) would all be refused by the closed network.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium; playwright's download of one is not needed."""
    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError(
            "Expected a Chromium, found none in PATH. `make test` installs it on Debian; "
            "or set CHROMIUM to its path."
        )
    return browser_type_launch_args | {"executable_path": str(chromium), "args": [*QUIET]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desktop in Shanghai where nothing moves by itself."""
    return browser_context_args | {
        "viewport": {"width": 1440, "height": 900},
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "reduced_motion": "reduce",
    }


@dataclass(frozen=True)
class LiveServer:
    """A server of the test's own; `database` is what it serves, for looking behind the pages."""

    url: str
    database: Database


@pytest.fixture
def live_server(
    servers: Callable[[str], Server], sample_template: Callable[[str], str], tmp_path: Path
) -> Iterator[LiveServer]:
    """The sample bureau, freshly loaded, served on this machine."""
    with clone_of(servers("sqlite"), sample_template("sqlite")) as url:
        settings = installation(url, tmp_path)
        database = open_warm(settings)
        app = create_app(settings, database)
        server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, name="live-server")
        thread.start()
        yield LiveServer(f"http://127.0.0.1:{server.effective_port}", database)
        server.task_dispatcher.shutdown()
        # In the server's own thread, whose loop ends when there is nothing left to listen to.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join()
        database.dispose()


@pytest.fixture(scope="session")
def base_url() -> None:
    """Pages are asked for by their whole address: each test has a server of its own."""


@pytest.fixture(autouse=True)
def faults(context: BrowserContext) -> Iterator[Faults]:
    """Fails the test on a CSP violation, an error in the console or an uncaught exception.

    A test that provokes one on purpose takes it out: `faults.take("…")`.
    """
    faults = Faults()
    faults.watch(context)
    yield faults
    faults.require_none()


@pytest.fixture
def sign_in_as(live_server: LiveServer) -> Callable[[Page, str], None]:
    """`sign_in_as(page, "clerk1")` fills in the sign-in form, as a person does."""

    def sign_in(page: Page, username: str) -> None:
        page.goto(f"{live_server.url}/sign-in")
        page.locator("[name=username]").fill(username)
        page.locator("[name=password]").fill(SAMPLE_PASSWORD)
        page.locator("#sign-in button[type=submit], #sign-in button:not([type])").click()
        page.wait_for_url(lambda address: "/sign-in" not in address)

    return sign_in


@pytest.fixture(scope="session")
def require_accessible() -> Callable[[Page], None]:
    """`require_accessible(page)` lists what axe-core finds against WCAG 2.1 A and AA."""
    if not AXE.is_file():
        raise RuntimeError(f"Expected axe-core at {AXE}, found none. `make test` installs it.")
    source = AXE.read_text(encoding="utf-8")

    def require(page: Page) -> None:
        page.evaluate(source)
        found = page.evaluate(
            """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
                each => each.id + ': ' + each.help + each.nodes.map(node =>
                    '\\n    ' + node.html + '\\n      ' + node.failureSummary).join(''))"""
        )
        if found:
            pytest.fail(f"Expected an accessible page at {page.url}, found\n" + "\n".join(found))

    return require
