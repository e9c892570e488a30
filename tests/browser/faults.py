"""What a browser complains about while a test looks at pages."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, WebError

#: Runs in every page before its own scripts.
TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event => {
    const {effectiveDirective, blockedURI, sourceFile, lineNumber} = event;
    const what = `${effectiveDirective} forbids ${blockedURI} at ${sourceFile}:${lineNumber}`;
    countersignViolation(what);
});
"""


class Faults:
    """Collects CSP violations, console errors and uncaught exceptions of all pages of a test."""

    def __init__(self) -> None:
        self.found: list[str] = []
        #: Pages that were refused with 4xx on purpose: the browser logs those as errors too.
        self._refused: set[str] = set()

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page that the context opens."""
        context.expose_binding("countersignViolation", self._violation)
        context.add_init_script(TELL_VIOLATIONS)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._exception)

    def take(self, part: str) -> str:
        """Remove the one fault that contains this text, and give it; it was expected."""
        fault = next((each for each in self.found if part in each), None)
        if fault is None:
            pytest.fail(f"Expected a fault with “{part}”, found {self.found}")
        self.found.remove(fault)
        return fault

    def require_none(self) -> None:
        """Fail with the list of what was found."""
        if self.found:
            pytest.fail("Expected pages without faults, found\n" + "\n".join(self.found))

    def _violation(self, source: dict[str, Any], text: str) -> None:
        page: Page = source["page"]
        self.found.append(f"CSP violation on {page.url}: {text}")

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request() and 400 <= response.status < 500:
            self._refused.add(response.url)

    def _console(self, message: ConsoleMessage) -> None:
        is_refusal = message.location["url"] in self._refused and "status of 4" in message.text
        if message.type == "error" and not is_refusal:
            self.found.append(f"console error: {message.text} ({message.location['url']})")

    def _exception(self, error: WebError) -> None:
        page = error.page.url if error.page else "a page"
        self.found.append(f"uncaught exception on {page}: {error.error}")
