"""The ledgers of a project as a PDF: every entry of every item, with its hash."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from app.web.formats import moment
from app.web.language import language
from app.web.paper import HEADING, MARGIN, WIDTH, Box, Paper, Words
from app.web.sentences import translate_sentence
from app.web.task_history import LedgerLine
from app.workflow.ledger.chain import Verdict

NUMBER, WHEN, HASH = 10.0, 28.0, 44.0
SMALL, TINY = 8.5, 6.5


@dataclass(frozen=True, slots=True)
class PrintedLedger:
    """The ledger of one item, ready to print."""

    #: Process and state.
    heading: str
    lines: Sequence[LedgerLine]
    verdict: Verdict


def ledger_pdf(project: str, ledgers: Sequence[PrintedLedger], now: str) -> bytes:
    """All of them, one after the other."""
    title = gettext("Ledger: %(project)s", project=project)
    foot = gettext("Printed %(time)s", time=now)
    paper = Paper(title, language(), foot, gettext("Page {page} of {pages}"))
    paper.set_xy(MARGIN, MARGIN)
    paper.heading(title, size=16, space=0)
    for each in ledgers:
        _write(paper, each)
    if not ledgers:
        paper.row(Box(WIDTH, [Words(gettext("No process has been started for this project yet."))]))
    return paper.as_bytes()


def _write(paper: Paper, ledger: PrintedLedger) -> None:
    paper.heading(ledger.heading)
    if ledger.verdict.is_sound:
        paper.row(Box(WIDTH, [Words(gettext("sound, unchanged and complete"), size=SMALL)]))
    else:
        faults = [Words(translate_sentence(f.sentence), size=SMALL) for f in ledger.verdict.faults]
        paper.row(Box(WIDTH, [Words(gettext("The ledger does not fit:"), HEADING), *faults]))
    for each in ledger.lines:
        said = [Words(translate_sentence(each.sentence), size=SMALL)]
        if each.words:
            said.append(Words(f"“{each.words}”", size=SMALL))
        paper.row(
            Box(NUMBER, [Words(str(each.entry.sequence), size=SMALL)], is_label=True),
            Box(WHEN, [Words(moment(each.entry.at), size=SMALL)]),
            Box(WIDTH - NUMBER - WHEN - HASH, said),
            Box(
                HASH,
                [Words(each.entry.hash[:32], size=TINY), Words(each.entry.hash[32:], size=TINY)],
            ),
            height=4.4,
        )
