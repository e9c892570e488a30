"""Files that may be attached: by the ending of their name, and by what their bytes really are."""

import codecs
import unicodedata
import zipfile
from collections.abc import Collection
from pathlib import PurePath
from typing import BinaryIO

from app.core.errors import InvalidInputError
from app.core.i18n import N_

_OFFICE = "application/vnd.openxmlformats-officedocument"
#: Ending → media type: what the bureau exchanges; nothing that a browser or a program would run.
KNOWN = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".ofd": "application/ofd",
    ".zip": "application/zip",
}
_BEGINNINGS = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
}
#: What lies in a package of each kind.
_INSIDE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml", ".ofd": "OFD.xml"}
#: Programs: of Windows, of Unix, scripts.
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_RUNNABLE = frozenset(
    {
        *(".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".msi", ".ps1", ".vbs", ".vbe"),
        *(".js", ".jse", ".wsf", ".hta", ".lnk", ".jar", ".sh", ".app"),
    }
)
_MACROS = "vbaproject.bin"
#: A text is read this far, to see that it is one.
_LOOKED_AT = 64 * 1024
_ENCODINGS = ("utf-8", "gb18030", "utf-16")
LONGEST_NAME = 200


def plain_name(name: str) -> str:
    """The file's own name without folders and without characters that mislead or break headers.

    Chinese names stay as they are; a long one loses its middle, not its ending.
    """
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(each for each in last if unicodedata.category(each) not in ("Cc", "Cf", "Cs"))
    kept = "".join("_" if each in '<>:"|?*' else each for each in kept)
    kept = " ".join(kept.split()).strip(". ")
    ending = PurePath(kept).suffix
    if len(kept) > LONGEST_NAME:
        kept = kept[: LONGEST_NAME - len(ending)] + ending
    return kept


def media_type(name: str, stream: BinaryIO, allowed: Collection[str]) -> str:
    """The media type of a file whose bytes are what its ending says; the stream is rewound.

    Raises:
        InvalidInputError: an ending that is not allowed, a program, or bytes of another kind.
    """
    ending = PurePath(name).suffix.lower()
    if ending not in allowed or ending not in KNOWN:
        raise InvalidInputError(
            N_("Expected a file of one of the types {allowed}, found “{name}”."),
            allowed=", ".join(sorted(allowed)),
            name=name,
        )
    head = stream.read(_LOOKED_AT)
    stream.seek(0)
    if not head:
        words = N_("Expected a file with content, found “{name}” empty.")
        raise InvalidInputError(words, name=name)
    fits = not head.startswith(_PROGRAMS) and _fits(ending, head, stream)
    stream.seek(0)
    if not fits:
        raise InvalidInputError(
            N_("Expected the content of “{name}” to be what its ending {ending} says, without "
               "programs or macros; found something else."),
            name=name,
            ending=ending,
        )  # fmt: skip
    return KNOWN[ending]


def _fits(ending: str, head: bytes, stream: BinaryIO) -> bool:
    if ending in _BEGINNINGS:
        return head.startswith(_BEGINNINGS[ending])
    if ending in (".txt", ".csv"):
        return _is_text(head)
    return _is_package(ending, stream)


def _is_text(head: bytes) -> bool:
    for encoding in _ENCODINGS:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeError:
            continue
        if "\0" not in text:
            return True
    return False


def _is_package(ending: str, stream: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(stream) as package:
            names = [each.lower() for each in package.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    if any(PurePath(each).suffix in _RUNNABLE or each.endswith(_MACROS) for each in names):
        return False
    return ending == ".zip" or _INSIDE[ending].lower() in names
