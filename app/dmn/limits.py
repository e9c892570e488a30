"""How big a stranger's decision model may be."""

from dataclasses import dataclass, field

from app.core.xml_file import XmlLimits
from app.feel import Budget


@dataclass(frozen=True, slots=True)
class Limits(XmlLimits):
    """Bounds within which a model is read and evaluated."""

    #: Files of one model, the imported ones included.
    files: int = 20
    #: Cells of one decision table.
    cells: int = 20_000
    #: Bounds of each expression when it is read.
    expression: Budget = field(default_factory=Budget)
