"""Verification of a printed sheet by its code, by anyone: whether its ledger entry is there."""

import threading
import time
from collections import OrderedDict

from flask import Blueprint, current_app, render_template, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.exceptions import TooManyRequests

from app.core.i18n import Bilingual
from app.engine import Process
from app.web.context import db, settings
from app.web.language import in_language
from app.web.security import public
from app.web.sheet import outcome_words, state_words
from app.web.task_history import outcome_name
from app.workflow.definitions.versions import process_of
from app.workflow.ledger.chain import Entry
from app.workflow.tracking.sheets import check_sheet

pages = Blueprint("verification", __name__)

#: Requests per address and minute; a person scans one sheet after the other.
MOST_PER_MINUTE = 30
#: Addresses remembered at once.
MOST_ADDRESSES = 10_000


class Doorkeeper:
    """Counts requests by address, a minute at a time, in this process."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, address: str, minute: int) -> bool:
        """Whether one more request of this address is answered in this minute."""
        with self._lock:
            count = self._seen.pop((address, minute), 0) + 1
            self._seen[address, minute] = count
            if len(self._seen) > MOST_ADDRESSES:
                self._seen.popitem(last=False)
        return count <= MOST_PER_MINUTE


@pages.record_once
def _place_doorkeeper(state: BlueprintSetupState) -> None:
    state.app.extensions["doorkeeper"] = Doorkeeper()


@pages.get("/verify/<code>")
@public
def show(code: str) -> str:
    """What the ledger says of the sheet; no names, no opinions."""
    _refuse_too_many()
    checked = check_sheet(db(), settings().secret_key, code)
    process = process_of(db(), checked.instance.definition_ids)
    decision = checked.decision
    return render_template(
        "sheets/verification.html",
        checked=checked,
        process=process.main.name,
        state=state_words(checked.instance, process),
        step=in_language(_step(decision, process)) if decision else "",
        outcome=_outcome(decision, process) if decision else "",
    )


def _step(entry: Entry, process: Process) -> Bilingual:
    return process.step(entry.act.definition_key, entry.act.step_id or "").name


def _outcome(entry: Entry, process: Process) -> str:
    code = entry.act.to_state or ""
    named = outcome_name(process, entry.act.definition_key, entry.act.step_id or "", code)
    return in_language(named) or outcome_words(code)


def _refuse_too_many() -> None:
    doorkeeper: Doorkeeper = current_app.extensions["doorkeeper"]
    if not doorkeeper.admit(request.remote_addr or "", int(time.monotonic() // 60)):
        raise TooManyRequests
