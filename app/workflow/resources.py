"""What verbs need besides rows: forms, files, the working calendar, executable definitions."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.errors import NotFoundError
from app.core.i18n import N_
from app.core.settings import Settings
from app.core.storage import Storage, open_storage
from app.engine import Definition, Process, link, parse
from app.forms import Form, load_form
from app.workflow.clocks.calendar import WorkingCalendar
from app.workflow.deciding.phrases import load_phrases
from app.workflow.definitions.decision_files import DecisionLibrary, kept_models
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.returning.reasons import load_return_reasons

#: Executable processes kept per web process; one takes some hundred kilobytes.
CACHED_PROCESSES = 64


class FormLibrary:
    """The forms of one folder, read again when their file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._forms: dict[str, tuple[int, Form]] = {}

    def __contains__(self, key: str) -> bool:
        return self._path(key).is_file()

    def get(self, key: str) -> Form:
        """The form with this key.

        Raises:
            NotFoundError: no such file; InvalidInputError: the file is no valid form.
        """
        path = self._path(key)
        if key not in self:
            raise NotFoundError(N_("Expected the form “{key}” in the forms, found none."), key=key)
        changed = path.stat().st_mtime_ns
        known = self._forms.get(key)
        if known is None or known[0] != changed:
            known = (changed, load_form(path.read_bytes(), key))
            self._forms[key] = known
        return known[1]

    def keys(self) -> list[str]:
        """Every form key, sorted."""
        return sorted(path.name.split(".")[0] for path in self._folder.glob("*.form.json"))

    def _path(self, key: str) -> Path:
        name = key if key.replace("_", "").isalnum() else "-"
        return self._folder / f"{name}.form.json"


class ProcessLibrary:
    """Executable processes by the ids of their definitions; parsed once, shared by threads."""

    def __init__(self) -> None:
        self._processes: OrderedDict[tuple[str, ...], Process] = OrderedDict()
        self._lock = Lock()

    def get(self, session: Session, definition_ids: Sequence[str]) -> Process:
        """The process made of these definitions, the main one first."""
        key = tuple(definition_ids)
        with self._lock:
            if key in self._processes:
                self._processes.move_to_end(key)
                return self._processes[key]
        process = link(self._definitions(session, key))
        with self._lock:
            self._processes[key] = process
            while len(self._processes) > CACHED_PROCESSES:
                self._processes.popitem(last=False)
        return process

    def _definitions(self, session: Session, ids: tuple[str, ...]) -> list[Definition]:
        wanted = [UUID(each) for each in ids]
        rows = session.execute(
            select(ProcessDefinition.id, ProcessDefinition.xml, ProcessDefinition.decisions).where(
                ProcessDefinition.id.in_(wanted)
            )
        )
        found = {row.id: parse(row.xml, decisions=kept_models(row.decisions)) for row in rows}
        return [found[each] for each in wanted]


class Resources:
    """One set per database: built at start-up, found by verbs through their session."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.forms = FormLibrary(settings.forms_folder)
        self.decisions = DecisionLibrary(settings.bpmn_folder)
        self.calendar = WorkingCalendar(
            settings.config_folder / "calendar", settings.time_zone, settings.working_hours
        )
        self.storage: Storage = open_storage(settings)
        self.processes = ProcessLibrary()
        self.phrases = load_phrases(settings.config_folder)
        self.return_reasons = load_return_reasons(settings.config_folder)


def open_database(settings: Settings) -> Database:
    """The database of an installation, with the resources that its verbs need."""
    return Database(settings.database_url, info={"resources": Resources(settings)})


def resources_of(session: Session) -> Resources:
    """The resources behind a session of `open_database`."""
    found: Resources = session.info["resources"]
    return found


def day_of(session: Session, now: datetime) -> date:
    """The day of a moment in the bureau's time zone."""
    return now.astimezone(resources_of(session).calendar.zone).date()
