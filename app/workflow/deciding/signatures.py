"""Signing a decision (签名), where the step asks for it by `appr.sign`.

`typed`: the full name as the account has it, in either language. `drawn`: strokes drawn with a
finger or a mouse; who cannot draw may type the name instead, and the record says so. The date is
the server's. A drawing is kept as numbers, never as markup.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_
from app.identity import Actor

SIGN = "appr.sign"
KINDS = ("none", "typed", "drawn")
#: The field of the page that a missing signature is shown at.
WHERE = "signature"

#: The sheet that is drawn on; points are whole numbers inside it.
WIDTH, HEIGHT = 600, 200
MOST_STROKES = 80
MOST_POINTS = 3000
#: A dot or a single dash is a slip of the hand.
LEAST_POINTS = 8
LEAST_WIDTH = 40
LONGEST_NAME = 200
_POINT = re.compile(r"([0-9]{1,3}),([0-9]{1,3})")

Stroke = tuple[tuple[int, int], ...]


def kind_of(properties: Mapping[str, str]) -> str:
    """How the step wants to be signed."""
    return properties.get(SIGN, "none")


def signed(
    properties: Mapping[str, str], actor: Actor, sent: Mapping[str, Any] | None, today: date
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """The signature as a vote keeps it, and what is wrong with the one that was sent."""
    wanted = kind_of(properties)
    if wanted == "none":
        return None, []
    drawing, name = (sent or {}).get("strokes", ""), (sent or {}).get("text", "")
    if wanted == "drawn" and (drawing or not name.strip()):
        problems = _drawing_problems(drawing)
        return {"kind": "drawn", "strokes": drawing, "date": today.isoformat()}, problems
    text = _plain(name)
    return {"kind": "typed", "text": text, "date": today.isoformat()}, _name_problems(text, actor)


def require_signed(
    properties: Mapping[str, str], actor: Actor, sent: Mapping[str, Any] | None, today: date
) -> dict[str, Any] | None:
    """The same, refused when something is wrong."""
    signature, problems = signed(properties, actor, sent, today)
    if problems:
        raise InvalidInputError(N_("Expected your signature; what you typed is kept."), problems)
    return signature


def signed_form(values: Mapping[str, Any], signature: Mapping[str, Any] | None) -> Any:
    """What the ledger takes the fingerprint of: the form, and the signature below it.

    No field of a form has a colon in its name.
    """
    return {**values, ":signature": dict(signature)} if signature else values


def strokes_of(signature: Mapping[str, Any]) -> list[Stroke]:
    """The strokes of a drawn signature as points of a sheet of `WIDTH` × `HEIGHT`."""
    return _read(str(signature.get("strokes", ""))) or []


def _name_problems(text: str, actor: Actor) -> list[Problem]:
    if text and text in (_plain(actor.name.zh), _plain(actor.name.en)):
        return []
    return [
        problem(
            "signature.name",
            WHERE,
            N_("Expected your full name “{name}” as the signature, found “{found}”."),
            name=actor.name,
            found=text[:40],
        )
    ]


def _drawing_problems(drawing: str) -> list[Problem]:
    strokes = _read(drawing)
    if strokes is None:
        return [
            problem(
                "signature.drawing",
                WHERE,
                N_(
                    "Expected a drawn signature of at most {strokes} strokes and {points} points, "
                    "found something else. Please draw it again."
                ),
                strokes=MOST_STROKES,
                points=MOST_POINTS,
            )
        ]
    across = [x for stroke in strokes for x, _ in stroke]
    if len(across) >= LEAST_POINTS and max(across) - min(across) >= LEAST_WIDTH:
        return []
    return [
        problem(
            "signature.missing",
            WHERE,
            N_("Expected your signature in the box, found {points} points."),
            points=len(across),
        )
    ]


def _read(drawing: str) -> list[Stroke] | None:
    """Points from `1,2 3,4;5,6`; None for anything else, or too much of it."""
    if len(drawing) > MOST_POINTS * len("999,999 "):
        return None
    strokes = []
    for line in drawing.split(";") if drawing else ():
        points = [_POINT.fullmatch(each) for each in line.split(" ")]
        found = [(int(each[1]), int(each[2])) for each in points if each]
        if len(found) != len(points) or not all(x <= WIDTH and y <= HEIGHT for x, y in found):
            return None
        strokes.append(tuple(found))
    count = sum(len(stroke) for stroke in strokes)
    return strokes if len(strokes) <= MOST_STROKES and count <= MOST_POINTS else None


def _plain(text: str) -> str:
    """One way of writing for the same letters; spaces drawn together."""
    return " ".join(unicodedata.normalize("NFC", text[:LONGEST_NAME]).split())


def polylines(strokes: Sequence[Stroke]) -> list[str]:
    """The strokes for `<polyline points>`; a dot is drawn as a line to itself."""
    return [
        " ".join(f"{x},{y}" for x, y in (stroke if len(stroke) > 1 else (*stroke, *stroke)))
        for stroke in strokes
    ]
