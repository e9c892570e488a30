"""The Flask application: one unit of work around each view, everything registered in one place."""

from importlib import import_module
from importlib.metadata import version

from flask import Flask, Request, abort, g, request
from flask.typing import ResponseReturnValue

from app.core.clock import Clock
from app.core.database import Database
from app.core.errors import CountersignError
from app.core.installation import read_clock
from app.core.settings import Settings
from app.web import (
    assets,
    errors,
    formats,
    language,
    navigation,
    once,
    refill,
    refusals,
    security,
    sentences,
)
from app.workflow.clocks.calendar import WorkingCalendar
from app.workflow.failures import InstanceFailureError
from app.workflow.incidents import open_incident
from app.workflow.resources import open_database

#: Every file of pages, each with a blueprint named `pages`.
PAGES = (
    "home",
    "sign_in",
    "preferences",
    "people",
    "handover",
    "conflicts",
    "inbox",
    "batch",
    "definitions",
    "return_counts",
    "tasks",
    "task_signing",
    "task_talk",
    "task_back",
    "task_stop",
    "task_conflict",
    "instances",
    "ledgers",
    "sheets",
    "verification",
    "attachments",
    "phrases",
    "notices",
    "board",
    "projects",
    "letters",
    "calendars",
    "refusals",
    "operations",
)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class CountersignApp(Flask):
    """Flask with the unit of work around the view.

    Not in `after_request`: an error raised there would skip the error handlers. Whatever a view
    raises rolls everything back before the error page is made; whatever it returns is committed.
    """

    database: Database
    #: Read from the database with the first request: the sample bureau lives in October 2022.
    clock: Clock | None = None

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view inside its transaction, for a known person."""
        if "\0" in request.path or b"%00" in request.query_string or _has_nul(request):
            abort(400)  # PostgreSQL stores no NUL: every search by it would be our mistake
        view = self.view_functions.get(request.endpoint or "")
        if security.needs_nothing(view):
            return super().dispatch_request()
        write = request.method not in SAFE_METHODS and not security.is_itemwise(view)
        try:
            with self.database.unit_of_work(write=write) as session:
                self.clock = self.clock or read_clock(session)
                g.session, g.now, g.database = session, self.clock.now(), self.database
                g.actor = security.signed_in_actor()
                if request.routing_exception is None:
                    security.require_sign_in(view)
                return super().dispatch_request()
        except InstanceFailureError as failure:
            # The action is rolled back by now; that it failed must stay.
            with self.database.unit_of_work() as session:
                open_incident(session, failure, g.now)
            raise
        except CountersignError as refusal:
            with self.database.unit_of_work() as session:
                refusals.record_refused(session, refusal)
            raise


def create_app_from_environment() -> CountersignApp:
    """Build the application of this installation, for servers such as gunicorn."""
    return create_app(Settings.from_environment())


def create_app(
    settings: Settings, database: Database | None = None, clock: Clock | None = None
) -> CountersignApp:
    """Build the application; `database` and `clock` default to those of this installation."""
    app = CountersignApp("app.web", static_folder=None)
    app.database = database or open_database(settings)
    app.clock = clock
    app.extensions["settings"] = settings
    app.extensions["calendar"] = WorkingCalendar(
        settings.config_folder / "calendar", settings.time_zone, settings.working_hours
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        # Indicator tables are large forms; the limit above is the one that counts.
        MAX_FORM_MEMORY_SIZE=settings.max_request_bytes,
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_NAME="countersign",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
    )
    app.jinja_env.globals["product_version"] = version("countersign")
    for part in (security, language, sentences, formats, assets, navigation, once, refill, errors):
        part.register(app)
    for page in PAGES:
        app.register_blueprint(import_module(f"app.web.{page}").pages)
    return app


def _has_nul(asked: Request) -> bool:
    """Whether a form or a file name holds a NUL, which nobody types."""
    texts = (*asked.form.keys(), *asked.form.values(), *(e.filename for e in asked.files.values()))
    return any("\0" in (text or "") for text in texts)
