"""What may be attached: names made harmless, and bytes that are what the ending says."""

from contextlib import suppress
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidInputError
from app.core.file_types import KNOWN, LONGEST_NAME, media_type, plain_name


def package(*names: str) -> bytes:
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7 page"),
        ("A.PNG", b"\x89PNG\r\n\x1a\nrest"),
        ("a.jpeg", b"\xff\xd8\xff\xe0rest"),
        ("说明.txt", "项目说明".encode()),
        ("说明.txt", "项目说明".encode("gb18030")),
        ("说明.csv", "\ufeff项目,金额".encode("utf-16")),
        ("a.docx", package("word/document.xml")),
        ("a.xlsx", package("xl/workbook.xml")),
        ("a.ofd", package("OFD.xml")),
        ("a.zip", package("图纸/一.dwg")),
    ],
)
def test_honest_files_are_accepted(name: str, content: bytes) -> None:
    stream = BytesIO(content)

    assert media_type(name, stream, KNOWN) in KNOWN.values()
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a", b"text"),
        ("a.html", b"<html>"),
        ("a.pdf.exe", b"%PDF-1.7"),
        ("a.pdf", b"MZ\x90\x00"),
        ("a.pdf", b"<html><script>"),
        ("a.png", b"%PDF-1.7"),
        ("a.jpg", b"GIF89a"),
        ("a.txt", b"MZ\x90\x00program"),
        ("a.txt", b"\x7fELF"),
        ("a.csv", b"#!/bin/sh"),
        ("a.txt", b"a\x00b"),
        ("a.txt", b"\xff\xff\xff"),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.docx", package("xl/workbook.xml")),
        ("a.docx", package("word/document.xml", "word/vbaProject.bin")),
        ("a.zip", package("readme.txt", "setup.exe")),
        ("a.zip", package("x/run.JS")),
        ("a.pdf", b""),
    ],
)
def test_anything_else_is_refused_with_its_name(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        media_type(name, BytesIO(content), KNOWN)

    assert name in str(refusal.value)


def test_an_installation_may_allow_less() -> None:
    with pytest.raises(InvalidInputError):
        media_type("a.zip", BytesIO(package("a")), {".pdf"})


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("评审报告（终稿）.pdf", "评审报告（终稿）.pdf"),
        (r"C:\Users\me\a.pdf", "a.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("  .pdf. ", "pdf"),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_names_are_made_harmless_and_chinese_ones_kept(name: str, kept: str) -> None:
    assert plain_name(name) == kept


@given(st.text())
def test_no_name_leaves_its_folder_or_breaks_a_header(name: str) -> None:
    kept = plain_name(name)
    assert len(kept) <= LONGEST_NAME
    assert not set(kept) & set('/\\\r\n\0"')


@given(st.sampled_from(sorted(KNOWN)), st.binary(max_size=200))
def test_whatever_the_bytes_are_the_answer_is_a_type_or_a_sentence(
    ending: str, content: bytes
) -> None:
    with suppress(InvalidInputError):
        assert media_type(f"a{ending}", BytesIO(content), KNOWN) == KNOWN[ending]
