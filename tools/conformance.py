"""Try decision models with conformance cases in the form of the DMN kit (TCK).

python -m tools.conformance FOLDER   every *-test-*.xml below the folder, with its *.dmn
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lxml import etree

from app.core.errors import CountersignError
from app.core.xml_file import XmlLimits, open_xml
from app.dmn import Model, evaluate, parse_decisions, read_heading
from app.feel import FeelError, Value
from app.feel.temporal import parse_any

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_LIMITS = XmlLimits(attributes=500, text=200_000)
#: Results agree when they do in so many digits after the point, as in the kit's own runners.
_DIGITS = Decimal("1e-8")


@dataclass(frozen=True)
class Verdict:
    """What became of one expected result."""

    case: str
    wanted: Value
    found: Value
    why: str

    @property
    def is_right(self) -> bool:
        """Whether the model gives what the case expects."""
        return not self.why and agree(self.wanted, self.found)


def try_file(file: Path) -> Iterator[Verdict]:
    """Every expected result of a file of cases."""
    root = open_xml(file.read_bytes(), _LIMITS)
    name = root.findtext("{*}modelName") or ""
    model = _model(file.parent / name.strip())
    for case in root.iterfind("{*}testCase"):
        given = {each.get("name", ""): _value(each) for each in case.iterfind("{*}inputNode")}
        for result in case.iterfind("{*}resultNode"):
            expected = result.find("{*}expected")
            wanted = None if expected is None else _value(expected)
            called = result.get("name", "")
            if result.get("type") in {"decisionService", "bkm"}:
                called = case.get("invocableName") or called
            label = f"{file.name} {case.get('id')} {called}"
            try:
                yield Verdict(label, wanted, evaluate(model, called, given).value, "")
            except (CountersignError, FeelError) as error:
                yield Verdict(label, wanted, None, "" if wanted is None else str(error))


def agree(wanted: Value, found: Value) -> bool:
    """Whether two values are the same to the kit."""
    if isinstance(wanted, Decimal) and isinstance(found, Decimal):
        return abs(wanted - found) < _DIGITS
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(agree, wanted, found))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return wanted.keys() == found.keys() and all(agree(wanted[k], found[k]) for k in wanted)
    return type(wanted) is type(found) and bool(wanted == found)


def _model(file: Path) -> Model:
    others = [each for each in sorted(file.parent.glob("*.dmn")) if each != file]
    xml = file.read_bytes()
    imported, wanted = [], list(read_heading(xml).imports)
    while wanted:
        namespace = wanted.pop()
        for other in others:
            heading = read_heading(other.read_bytes())
            if heading.namespace == namespace and other.read_bytes() not in imported:
                imported.append(other.read_bytes())
                wanted += heading.imports
    return parse_decisions(xml, imported, draft=True)


def _value(element: etree._Element) -> Value:
    """The value inside a node, an item or a component of the kit's XML."""
    components = element.findall("{*}component")
    if components:
        return {each.get("name", ""): _value(each) for each in components}
    items = element.find("{*}list")
    if items is not None:
        return [_value(each) for each in items.iterfind("{*}item")]
    value = element.find("{*}value")
    if value is None or value.get(_NIL) == "true":
        return None
    return _typed(value.text or "", (value.get(_TYPE) or "").partition(":")[2])


def _typed(text: str, kind: str) -> Value:
    if kind in {"decimal", "double", "integer", "float", "long", "int"}:
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() == "true"
    if kind in {"date", "time", "dateTime", "duration"}:
        return parse_any(text.strip())
    return text


def main() -> None:
    """Print what is wrong, then how much is right."""
    right = total = 0
    for file in sorted(Path(sys.argv[1]).rglob("*-test-*.xml")):
        try:
            verdicts = list(try_file(file))
        except (CountersignError, OSError, ValueError, ArithmeticError) as error:
            print(f"✗ {file.name}: {error}")
            continue
        for verdict in verdicts:
            total += 1
            right += verdict.is_right
            if not verdict.is_right:
                said = verdict.why or f"found {verdict.found!r}"
                print(f"✗ {verdict.case}: expected {verdict.wanted!r}, {said}")
    print(f"{right} of {total} results are right")


if __name__ == "__main__":
    main()
