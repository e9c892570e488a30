"""The plan of the house on paper is the house."""

import re

from app.core.settings import ROOT


def documented_rooms() -> set[str]:
    """`app/core`, `app/worker.py` … in the first column of the room table."""
    lines = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()
    first = [line.split("|")[1] for line in lines if line.startswith("|")]
    return {name for cell in first for name in re.findall(r"`app/([\w.]+)`", cell)}


def built_rooms() -> set[str]:
    parts = (ROOT / "app").iterdir()
    rooms = {part.name for part in parts if (part / "__init__.py").is_file()}
    return rooms | {path.name for path in (ROOT / "app").glob("[!_]*.py")}


def test_every_room_is_documented() -> None:
    assert built_rooms() - documented_rooms() == set()


def test_every_documented_room_is_built() -> None:
    assert documented_rooms() - built_rooms() == set()
