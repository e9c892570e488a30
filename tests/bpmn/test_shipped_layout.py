"""The shipped diagrams are drawn completely and tidily, whoever moved a box last."""

from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

SPACES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
#: Drawn around other things, or on their border.
FRAMES = {"participant", "lane", "boundaryEvent"}


@dataclass(frozen=True)
class Box:
    owner: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def contains(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def touches(self, point: tuple[float, float]) -> bool:
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom


class Drawing:
    """The boxes, lines and labels of one file, by the id of what they draw."""

    def __init__(self, path: Path) -> None:
        root = etree.fromstring(path.read_bytes())
        self.elements = {each.get("id"): each for each in root.iter() if each.get("id")}
        shapes = root.iterfind(".//bpmndi:BPMNShape", SPACES)
        edges = root.iterfind(".//bpmndi:BPMNEdge", SPACES)
        self.labels: list[Box] = []
        self.shapes = {}
        for shape in shapes:
            owner = shape.get("bpmnElement")
            self.shapes[owner] = _box(owner, shape.find("dc:Bounds", SPACES))
            self._read_label(owner, shape)
        self.lines = {}
        for edge in edges:
            owner = edge.get("bpmnElement")
            points = edge.iterfind("di:waypoint", SPACES)
            self.lines[owner] = [(float(p.get("x")), float(p.get("y"))) for p in points]
            self._read_label(owner, edge)

    def _read_label(self, owner: str, drawn: etree._Element) -> None:
        bounds = drawn.find("bpmndi:BPMNLabel/dc:Bounds", SPACES)
        if bounds is not None:
            self.labels.append(_box(owner, bounds))

    def kind(self, owner: str) -> str:
        return etree.QName(self.elements[owner]).localname

    def ids(self, *paths: str) -> set[str]:
        root = next(iter(self.elements.values())).getroottree().getroot()
        return {each.get("id") for path in paths for each in root.iterfind(path, SPACES)}

    @property
    def nodes(self) -> dict[str, Box]:
        return {key: box for key, box in self.shapes.items() if self.kind(key) not in FRAMES}


def _box(owner: str, bounds: etree._Element) -> Box:
    left, top, width, height = (float(bounds.get(k)) for k in ("x", "y", "width", "height"))
    return Box(owner, left, top, left + width, top + height)


def _segments(line: list[tuple[float, float]]) -> list[Box]:
    return [
        Box("", min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
        for a, b in pairwise(line)
    ]


@pytest.fixture(scope="module")
def drawing(diagram: Path) -> Drawing:
    return Drawing(diagram)


def test_everything_is_drawn_once(drawing: Drawing) -> None:
    nodes = {each.text for each in _all(drawing, "bpmn:flowNodeRef")}

    frames = drawing.ids(".//bpmn:lane", ".//bpmn:participant")
    assert set(drawing.shapes) == nodes | frames
    assert set(drawing.lines) == drawing.ids(".//bpmn:sequenceFlow")


def test_every_node_lies_in_its_lane(drawing: Drawing) -> None:
    for lane in _all(drawing, "bpmn:lane"):
        for reference in lane.iterfind("bpmn:flowNodeRef", SPACES):
            assert drawing.shapes[lane.get("id")].contains(drawing.shapes[reference.text])


def test_nothing_lies_on_anything_else(drawing: Drawing) -> None:
    boxes = [*drawing.nodes.values(), *drawing.labels]

    clashes = [(a.owner, b.owner) for a, b in combinations(boxes, 2) if a.overlaps(b)]

    assert clashes == []


def test_no_line_runs_through_a_label(drawing: Drawing) -> None:
    clashes = [
        (flow, label.owner)
        for flow, line in drawing.lines.items()
        for segment in _segments(line)
        for label in drawing.labels
        if segment.overlaps(label)
    ]

    assert clashes == []


def test_lines_are_straight_and_run_around_the_boxes(drawing: Drawing) -> None:
    for flow, line in drawing.lines.items():
        ends = {drawing.elements[flow].get(name) for name in ("sourceRef", "targetRef")}
        strangers = [box for key, box in drawing.nodes.items() if key not in ends]
        for segment in _segments(line):
            assert segment.left == segment.right or segment.top == segment.bottom, flow
            assert not any(segment.overlaps(box) for box in strangers), flow


def test_no_two_lines_share_a_channel(drawing: Drawing) -> None:
    pieces = [(flow, s) for flow, line in drawing.lines.items() for s in _segments(line)]

    shared = [(f, g) for (f, a), (g, b) in combinations(pieces, 2) if f != g and _runs_along(a, b)]

    assert shared == []


def test_lines_begin_and_end_at_their_elements(drawing: Drawing) -> None:
    for flow, line in drawing.lines.items():
        element = drawing.elements[flow]
        assert drawing.shapes[element.get("sourceRef")].touches(line[0]), flow
        assert drawing.shapes[element.get("targetRef")].touches(line[-1]), flow


def _all(drawing: Drawing, name: str) -> list[etree._Element]:
    root = next(iter(drawing.elements.values())).getroottree().getroot()
    return root.findall(f".//{name}", SPACES)


def _runs_along(a: Box, b: Box) -> bool:
    if a.left == a.right == b.left == b.right:
        return a.top < b.bottom and b.top < a.bottom
    if a.top == a.bottom == b.top == b.bottom:
        return a.left < b.right and b.left < a.right
    return False
