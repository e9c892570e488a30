"""The fixtures of the browser tests notice what they promise to notice."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import LiveServer
from tests.browser.faults import Faults

pytestmark = pytest.mark.browser

PAGE = "http://127.0.0.1/"


@pytest.fixture
def show(page: Page) -> Iterator[Callable[..., None]]:
    """Show one page of HTML, answered by the test itself."""

    def show(html: str, *, status: int = 200, policy: str = "default-src 'self'") -> None:
        page.route(
            PAGE,
            lambda route: route.fulfill(
                status=status,
                body=f"<!doctype html><html lang=en><title>Test</title><main>{html}</main>",
                headers={"Content-Type": "text/html", "Content-Security-Policy": policy},
            ),
        )
        page.goto(PAGE)

    yield show
    page.unroute_all()


def test_a_forbidden_script_is_a_fault(
    show: Callable[..., None], faults: Faults, page: Page
) -> None:
    show("<h1>Page</h1><script>document.title = 'run'</script>")

    page.wait_for_timeout(100)

    assert "script-src-elem" in faults.take("CSP violation")
    assert faults.take("console error")
    assert page.title() == "Test"


def test_an_uncaught_exception_is_a_fault(
    show: Callable[..., None], faults: Faults, page: Page
) -> None:
    show("<h1>Page</h1>")

    page.evaluate("setTimeout(() => { throw new Error('lost') })")
    page.wait_for_timeout(100)

    assert faults.take("lost")


def test_a_refused_page_is_no_fault(show: Callable[..., None], faults: Faults) -> None:
    show("<h1>Refused</h1>", status=409)

    faults.require_none()


def test_axe_names_what_is_wrong(
    show: Callable[..., None], page: Page, require_accessible: Callable[[Page], None]
) -> None:
    show("<h1>Page</h1><img src='data:,'>", policy="img-src data:")

    with pytest.raises(pytest.fail.Exception, match="image-alt"):
        require_accessible(page)


def test_axe_is_content_with_a_good_page(
    show: Callable[..., None], page: Page, require_accessible: Callable[[Page], None]
) -> None:
    show("<h1>Page</h1>")

    require_accessible(page)


def test_somebody_of_the_sample_bureau_signs_in(
    page: Page,
    live_server: LiveServer,
    sign_in_as: Callable[[Page, str], None],
    require_accessible: Callable[[Page], None],
) -> None:
    page.goto(f"{live_server.url}/sign-in")
    require_accessible(page)

    sign_in_as(page, "mgr")

    assert page.url.startswith(live_server.url)
