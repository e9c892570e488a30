"""What every view works with: the session, the actor and the moment of the present request."""

from datetime import datetime
from typing import cast

from flask import current_app, g
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.settings import Settings
from app.identity import Actor
from app.workflow.clocks.calendar import WorkingCalendar


def db() -> Session:
    """The session of this request's one unit of work."""
    return cast(Session, g.session)


def database() -> Database:
    """The database, for the few views whose acts have a transaction each."""
    return cast(Database, g.database)


def now() -> datetime:
    """The moment of this request, aware, in UTC; the same for everything it does."""
    return cast(datetime, g.now)


def actor() -> Actor:
    """The signed-in person; only for views that are not public."""
    found = actor_or_none()
    if found is None:
        raise RuntimeError("Expected a signed-in actor, found none: is the view public?")
    return found


def actor_or_none() -> Actor | None:
    """The signed-in person, or None on a public page."""
    return cast("Actor | None", g.get("actor"))


def settings() -> Settings:
    """What this installation was started with."""
    return cast(Settings, current_app.extensions["settings"])


def calendar() -> WorkingCalendar:
    """The bureau's working days."""
    return cast(WorkingCalendar, current_app.extensions["calendar"])
