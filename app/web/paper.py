"""Paper: pages of A4 with Chinese type, boxes of text that break across pages, head and foot.

Sizes are in millimetres, type in points. Headings are set in a sans serif (黑体), text in a serif
(宋体); only the characters that were used are embedded, and the text can be selected.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO

import segno
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

TEXT, HEADING = "serif", "sans"
MARGIN = 18.0
WIDTH = 210.0 - 2 * MARGIN
BOTTOM = 297.0 - 20.0
#: Space inside a box.
PADDING = 1.5
#: What may not begin a line (避头).
_NEVER_FIRST = frozenset("，。、；：？！）》」』】〕”’…—·%,.;:?!)]}")
#: What may not end one (避尾).
_NEVER_LAST = frozenset("（《「『【〔“‘([{")
#: A row of this many lines or fewer is not parted.
WHOLE_LINES = 14
#: Height of a drawn signature, in lines of text.
_DRAWING_LINES = 3

Stroke = Sequence[tuple[int, int]]

# The subsetter tells of every table that it leaves out.
logging.getLogger("fontTools").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph inside a box."""

    text: str
    font: str = TEXT
    size: float = 10.5
    align: Align = Align.L
    #: For what counts no more.
    struck: bool = False
    #: Stays on one page with what follows it.
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Strokes on a sheet of 600 × 200, set at the right."""

    strokes: Sequence[Stroke]
    keeps: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """One cell of a row: how wide, and what stands in it."""

    width: float
    content: Sequence[Words | Drawing]
    is_label: bool = False


class Paper(FPDF):
    """A document; `row` after `row` fills its pages."""

    def __init__(self, title: str, language: str, foot: str, page_words: str) -> None:
        super().__init__(format="A4", unit="mm")
        self._head, self._foot, self._page_words = title, foot, page_words
        for family, path in ((TEXT, serif_path()), (HEADING, sans_path())):
            self.add_font(family, "", path)
        self.set_margins(MARGIN, MARGIN)
        self.c_margin = 0  # boxes have their own
        self.set_auto_page_break(False)
        self.set_title(title)
        self.set_lang("zh-CN" if language == "zh" else "en")
        self.set_creator("Countersign")
        self.set_line_width(0.2)
        self.add_page()

    def header(self) -> None:
        """From the second page on, what the sheet is about."""
        if self.page_no() > 1:
            self.set_font(HEADING, size=8)
            self.set_xy(MARGIN, 9)
            self.cell(WIDTH, 5, self._fitting(self._head, WIDTH), border="B")
            self.set_xy(MARGIN, MARGIN)

    def footer(self) -> None:
        """What the document can be recognised by, and page x of y."""
        self.set_xy(MARGIN, 297.0 - 14)
        self.set_font(TEXT, size=7.5)
        self.cell(WIDTH - 30, 5, self._foot, border="T")
        words = self._page_words.format(page=self.page_no(), pages=self.str_alias_nb_pages)
        self.cell(30, 5, words, border="T", align=Align.R)

    def heading(self, text: str, size: float = 12, space: float = 4) -> None:
        """A line over what follows, never alone at the end of a page."""
        self.needs_page(space + 24)
        self.set_xy(MARGIN, self.get_y() + space)
        self.set_font(HEADING, size=size)
        self.cell(WIDTH, 7, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def row(self, *boxes: Box, height: float = 5.4) -> None:
        """Boxes side by side, as high as the highest; a long one goes on at the next page."""
        columns = [self._lines(each) for each in boxes]
        count = max(len(lines) for lines in columns)
        done = 0
        if count <= WHOLE_LINES:
            self.needs_page(count * height + 2 * PADDING)
        while done < count:
            room = int((BOTTOM - self.get_y() - 2 * PADDING) / height)
            take = min(count - done, _keeping_together(columns, done, room))
            if take < 1 and self.get_y() > MARGIN + 1:
                self.add_page()
                continue
            self._draw(boxes, columns, done, max(take, 1), height)
            done += max(take, 1)

    def needs_page(self, space: float) -> bool:
        """Go on at a new page unless this much room is left; gives whether it did."""
        if self.get_y() + space <= BOTTOM:
            return False
        self.add_page()
        return True

    def longest_word(self, text: str) -> float:
        """Width of what cannot be broken, in the present font."""
        return max(self.get_string_width(piece) for piece in self._pieces(text, WIDTH))

    def qr(self, address: str, x: float, y: float, size: float) -> None:
        """A QR code, drawn as a sharp picture."""
        picture = BytesIO()
        segno.make(address, error="m", micro=False).save(picture, kind="png", scale=8, border=2)
        self.image(picture, x=x, y=y, w=size, h=size)

    def as_bytes(self) -> bytes:
        """The finished file; nothing can be written any more."""
        finished = bytes(self.output())
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.ttfont.close()
        return finished

    def _draw(
        self,
        boxes: Sequence[Box],
        columns: Sequence[list["_Line"]],
        first: int,
        count: int,
        height: float,
    ) -> None:
        x, y = MARGIN, self.get_y()
        whole = count * height + 2 * PADDING
        for box, lines in zip(boxes, columns, strict=True):
            self.set_fill_color(242, 242, 242)
            self.rect(x, y, box.width, whole, style="DF" if box.is_label else "D")
            for place, line in enumerate(lines[first : first + count]):
                self._write(line, x + PADDING, y + PADDING + place * height, box.width, height)
            x += box.width
        self.set_xy(MARGIN, y + whole)

    def _write(self, line: "_Line", x: float, y: float, width: float, height: float) -> None:
        inner = width - 2 * PADDING
        if isinstance(line, Drawing):
            self._write_strokes(line.strokes, x + inner, y, height * _DRAWING_LINES)
        elif line.text:
            self.set_font(line.font, size=line.size)
            self.set_xy(x, y)
            self.cell(inner, height, line.text, align=line.align)
            if line.struck:
                self.line(x, y + height / 2, x + self.get_string_width(line.text), y + height / 2)

    def _write_strokes(
        self, strokes: Sequence[Stroke], right: float, top: float, height: float
    ) -> None:
        scale = height / 200
        left = right - 600 * scale
        self.set_line_width(0.4)
        for stroke in strokes:
            points = [(left + px * scale, top + py * scale) for px, py in stroke]
            self.polyline(points if len(points) > 1 else points * 2)
        self.set_line_width(0.2)

    def _lines(self, box: Box) -> list["_Line"]:
        found: list[_Line] = []
        for each in box.content:
            if isinstance(each, Drawing):
                blank = Words("", keeps=True)
                found += [each, *[blank] * (_DRAWING_LINES - 1)]
            else:
                self.set_font(each.font, size=each.size)
                texts = list(self._broken(each.text, box.width - 2 * PADDING))
                found += [replace(each, text=text) for text in texts]
        return found

    def _broken(self, text: str, width: float) -> Iterator[str]:
        """Lines that fit: Chinese breaks between any two characters, Latin between words."""
        for paragraph in text.replace("\t", " ").splitlines() or [""]:
            line = ""
            for piece in self._pieces(paragraph, width):
                if line and self.get_string_width((line + piece).rstrip()) > width:
                    yield line.rstrip()
                    line = piece.lstrip()
                else:
                    line += piece
            yield line.rstrip()

    def _pieces(self, paragraph: str, width: float) -> Iterator[str]:
        """What stays together: words, and characters with the punctuation that they must keep."""
        piece = ""
        for character in paragraph:
            joins = piece and (
                character in _NEVER_FIRST
                or piece[-1] in _NEVER_LAST
                or (_is_latin(piece[-1]) and _is_latin(character))
            )
            if piece and (not joins or self.get_string_width(piece + character) > width):
                yield piece
                piece = ""
            piece += character
        yield piece

    def _fitting(self, text: str, width: float) -> str:
        while text and self.get_string_width(text) > width:
            text = text[:-1]
        return text


_Line = Words | Drawing


def _keeping_together(columns: Sequence[list[_Line]], first: int, room: int) -> int:
    """How many lines may be taken so that nothing is parted from what it keeps to."""
    take = room
    while take > 0 and any(
        first + take < len(lines) and lines[first + take - 1].keeps for lines in columns
    ):
        take -= 1
    return take


@cache
def _is_latin(character: str) -> bool:
    return not character.isspace() and ord(character) < 0x2E80
