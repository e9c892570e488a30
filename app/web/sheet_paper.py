"""The approval sheet as a PDF that the bureau files."""

from collections.abc import Iterator

from flask_babel import gettext
from fpdf.enums import Align

from app.web.language import language
from app.web.paper import HEADING, MARGIN, PADDING, TEXT, WIDTH, Box, Drawing, Paper, Words
from app.web.sheet import Sheet, SheetOpinion, Table
from app.workflow.deciding.signatures import strokes_of

#: Labels of the head and of the form.
LABEL = 30.0
#: Step and round at the left of each opinion.
STEP = 34.0
QR = 27.0
SMALL = 9.0
#: Type of tables with many columns.
TINY = 7.5
MANY_COLUMNS = 6


def sheet_pdf(sheet: Sheet) -> bytes:
    """The sheet on paper."""
    head = sheet.instance.ledger_head
    foot = gettext("Ledger %(hash)s", hash=f"{sheet.instance.ledger_length} · {head}")
    pages = gettext("Page {page} of {pages}")
    title = f"{sheet.title} · {sheet.subject} · {sheet.instance.subject_code}"
    paper = Paper(title, language(), foot, pages)
    _write_head(paper, sheet)
    _write_form(paper, sheet)
    _write_opinions(paper, sheet)
    _write_files(paper, sheet)
    _write_ledger(paper, sheet)
    return paper.as_bytes()


def _write_head(paper: Paper, sheet: Sheet) -> None:
    paper.qr(sheet.address, MARGIN + WIDTH - QR, MARGIN - 5, QR)
    paper.set_font(TEXT, size=7.5)
    paper.set_xy(MARGIN + WIDTH - QR, MARGIN + QR - 5)
    paper.cell(QR, 4, gettext("Scan to verify"), align=Align.C)
    middle = WIDTH - 2 * QR
    paper.set_font(HEADING, size=11)
    paper.set_xy(MARGIN + QR, MARGIN)
    paper.cell(middle, 7, gettext("Finance Bureau"), align=Align.C)
    paper.set_font(HEADING, size=18 if language() == "zh" else 15)
    paper.set_xy(MARGIN + QR, MARGIN + 9)
    paper.multi_cell(middle, 8, sheet.title, align=Align.C)
    paper.set_xy(MARGIN, MARGIN + QR)
    facts = iter(sheet.facts)
    paper.row(*_pair(*next(facts), WIDTH - LABEL))
    for left in facts:
        right = next(facts, ("", ""))
        paper.row(*_pair(*left, WIDTH / 2 - LABEL), *_pair(*right, WIDTH / 2 - LABEL))


def _pair(label: str, value: str, width: float) -> tuple[Box, Box]:
    return _label(label), Box(width, [Words(value, size=10)])


def _label(text: str) -> Box:
    return Box(LABEL, [Words(text, HEADING, SMALL)], is_label=True)


def _write_form(paper: Paper, sheet: Sheet) -> None:
    if not sheet.form:
        return
    paper.heading(f"{sheet.form_title}")
    for each in sheet.form:
        if isinstance(each, Table):
            _write_table(paper, each)
        elif each.text:
            paper.row(_label(each.label), Box(WIDTH - LABEL, [Words(each.text, size=10)]))
        else:
            paper.row(Box(WIDTH, [Words(each.label, HEADING, SMALL, keeps=True)], is_label=True))


def _write_table(paper: Paper, table: Table) -> None:
    paper.needs_page(36)
    if table.label:
        paper.row(Box(WIDTH, [Words(table.label, HEADING, SMALL, keeps=True)], is_label=True))
    size = TINY if len(table.headings) > MANY_COLUMNS else SMALL
    widths = _widths(paper, table, size)
    heading = [
        Box(width, [Words(text, HEADING, size)], is_label=True)
        for text, width in zip(table.headings, widths, strict=True)
    ]
    paper.row(*heading, height=4.2)
    for row in table.rows:
        if paper.needs_page(14):
            paper.row(*heading, height=4.2)
        cells = zip(row, widths, strict=True)
        paper.row(*(Box(width, [Words(text, size=size)]) for text, width in cells), height=4.2)


def _widths(paper: Paper, table: Table, size: float) -> list[float]:
    """Each column as wide as its longest word at least; long texts share what is left."""
    least, wanted = [], []
    for column in zip(table.headings, *table.rows, strict=True):
        paper.set_font(TEXT, size=size)
        border = 2 * PADDING + 0.5
        least.append(max(paper.longest_word(text) for text in column) + border)
        longest = max(paper.get_string_width(text) for text in column)
        wanted.append(max(least[-1], min(longest, 60.0) + border))
    room = WIDTH - sum(least)
    wishes = sum(wanted) - sum(least)
    if room < 0 or room >= wishes:
        wanted = least if room < 0 else wanted
        return [WIDTH * each / sum(wanted) for each in wanted]
    return [
        small + room * (wish - small) / wishes for small, wish in zip(least, wanted, strict=True)
    ]


def _write_opinions(paper: Paper, sheet: Sheet) -> None:
    paper.heading(gettext("Opinions"))
    for each in sheet.opinions:
        paper.row(
            Box(
                STEP,
                [
                    Words(each.step, HEADING, 10),
                    Words(gettext("Round %(number)d", number=each.visit), size=SMALL),
                ],
                is_label=True,
            ),
            Box(WIDTH - STEP, list(_opinion(each))),
        )
    if not sheet.opinions:
        paper.row(Box(WIDTH, [Words(gettext("Nobody has decided yet."), size=10)]))


def _opinion(opinion: SheetOpinion) -> Iterator[Words | Drawing]:
    is_void = bool(opinion.voided)
    outcome = f"{opinion.outcome} {opinion.way}".strip()
    yield Words(outcome, HEADING, 10, struck=is_void, keeps=True)
    if opinion.text:
        yield Words(opinion.text, struck=is_void)
    for number, point in enumerate(opinion.points, start=1):
        yield Words(f"{number}. {point}", size=10, struck=is_void)
    if is_void:
        yield Words(opinion.voided, HEADING, SMALL)
    yield Words("", keeps=True)
    signature = opinion.signature or {}
    if signature.get("kind") == "drawn":
        yield Drawing(strokes_of(signature))
    elif signature:
        signed = gettext("Signed: %(name)s", name=signature.get("text", ""))
        yield Words(signed, size=12, align=Align.R, keeps=True)
    who = " ".join(filter(None, (opinion.position, opinion.who)))
    if opinion.on_behalf_of:
        who += gettext(" (for %(owner)s)", owner=opinion.on_behalf_of)
    yield Words(f"{who}    {opinion.at}", size=SMALL + 0.5, align=Align.R)


def _write_files(paper: Paper, sheet: Sheet) -> None:
    if not sheet.files:
        return
    paper.heading(gettext("Attachments"))
    for number, each in enumerate(sheet.files, start=1):
        size = gettext("%(size)s bytes", size=f"{each.size:,}")
        paper.row(
            Box(10, [Words(str(number), size=SMALL)], is_label=True),
            Box(
                WIDTH - 10,
                [
                    Words(f"{each.name} · {size} · {each.who} · {each.at}", size=SMALL),
                    Words(f"SHA-256 {each.content_hash}", size=TINY),
                ],
            ),
            height=4.6,
        )


def _write_ledger(paper: Paper, sheet: Sheet) -> None:
    paper.heading(gettext("Ledger"))
    verdict = (
        gettext("sound, unchanged and complete")
        if sheet.verdict.is_sound
        else gettext("DOES NOT FIT; see the page of the ledger")
    )
    paper.row(_label(gettext("Entries")), Box(WIDTH - LABEL, [
        Words(f"{sheet.instance.ledger_length} · {verdict}", size=10)]))  # fmt: skip
    paper.row(_label(gettext("Last hash")), Box(WIDTH - LABEL, [
        Words(sheet.instance.ledger_head, size=SMALL)]))  # fmt: skip
    paper.row(_label(gettext("Verify at")), Box(WIDTH - LABEL, [
        Words(sheet.address, size=SMALL)]))  # fmt: skip
