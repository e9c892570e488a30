"""Reading what was printed: text and pictures of a PDF, QR codes in pictures."""

import subprocess
from pathlib import Path

import zxingcpp
from PIL import Image


def text_of(pdf: bytes) -> str:
    """Everything that can be selected, as it is laid out."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def pictures_of(pdf: bytes, folder: Path) -> list[Path]:
    """Each page as a picture of 110 dots per inch."""
    command = ["pdftoppm", "-r", "110", "-png", "-", str(folder / "page")]
    subprocess.run(command, input=pdf, check=True)
    return sorted(folder.glob("page*.png"))


def codes_in(picture: Path) -> list[str]:
    """The QR codes of a picture."""
    with Image.open(picture) as image:
        return [each.text for each in zxingcpp.read_barcodes(image)]


def fonts_of(pdf: bytes, folder: Path) -> str:
    """The table of `pdffonts`: names, whether embedded, whether a subset."""
    path = folder / "fonts.pdf"
    path.write_bytes(pdf)
    command = ["pdffonts", str(path)]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()
