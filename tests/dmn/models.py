"""Small decision models as XML: each test draws only what it speaks of."""

from collections.abc import Mapping
from html import escape

from app.dmn import Model, evaluate, parse_decisions
from app.feel import Value

STANDARD = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def definitions(*elements: str, standard: str = STANDARD, namespace: str = "urn:model") -> bytes:
    """A file with these elements."""
    return (
        f'<definitions xmlns="{standard}" id="definitions" name="model" namespace="{namespace}">'
        f"{''.join(elements)}</definitions>"
    ).encode()


def literal(text: str, type_ref: str = "") -> str:
    """A literal expression."""
    return f"<literalExpression{_type(type_ref)}><text>{escape(text)}</text></literalExpression>"


def decision(name: str, logic: str = "", *, needs: str = "", type_ref: str = "") -> str:
    """A decision whose id is its name with `_`; `needs` are ids, each `i:…`, `d:…` or `k:…`."""
    drawn = "".join(map(_requirement, needs.split()))
    return (
        f'<decision id="{_id(name)}" name="{escape(name)}">'
        f'<variable name="{escape(name)}"{_type(type_ref)}/>{drawn}{logic}</decision>'
    )


def input_data(name: str, type_ref: str = "") -> str:
    """Input data of that name."""
    return (
        f'<inputData id="{_id(name)}" name="{escape(name)}">'
        f'<variable name="{escape(name)}"{_type(type_ref)}/></inputData>'
    )


def knowledge(name: str, parameters: str, body: str, *, needs: str = "") -> str:
    """A business knowledge model; parameters are `name` or `name:type`, apart by spaces."""
    drawn = "".join(map(_requirement, needs.split()))
    return (
        f'<businessKnowledgeModel id="{_id(name)}" name="{escape(name)}">'
        f'<variable name="{escape(name)}"/><encapsulatedLogic>{formal(parameters)}{body}'
        f"</encapsulatedLogic>{drawn}</businessKnowledgeModel>"
    )


def formal(parameters: str) -> str:
    """Formal parameters of a function."""
    drawn = ""
    for parameter in parameters.split():
        name, _, type_ref = parameter.partition(":")
        drawn += f'<formalParameter name="{name}"{_type(type_ref)}/>'
    return drawn


def table(
    policy: str,
    inputs: str,
    *rows: str,
    outputs: str = "",
    allowed: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
) -> str:
    """A decision table. Inputs, outputs and rows are texts with `|` between the columns."""
    hit, _, aggregation = policy.partition("/")
    drawn = f'<decisionTable id="table" hitPolicy="{hit}"'
    drawn += f' aggregation="{aggregation}">' if aggregation else ">"
    columns = _split(inputs)
    for column in columns:
        drawn += f'<input id="in_{_id(column)}"><inputExpression>{_text(column)}</inputExpression>'
        drawn += _listed("inputValues", (allowed or {}).get(column)) + "</input>"
    for name in _split(outputs) if outputs else [""]:
        drawn += f'<output name="{name}">' if name else "<output>"
        drawn += _listed("outputValues", (values or {}).get(name))
        drawn += _listed("defaultOutputEntry", (defaults or {}).get(name)) + "</output>"
    for number, row in enumerate(rows, 1):
        cells = _split(row)
        drawn += f'<rule id="rule{number}">'
        drawn += "".join(
            f"<inputEntry>{_text(cell)}</inputEntry>" for cell in cells[: len(columns)]
        )
        drawn += "".join(f"<outputEntry>{_text(c)}</outputEntry>" for c in cells[len(columns) :])
        drawn += "</rule>"
    return drawn + "</decisionTable>"


def value_of(logic: str, context: Mapping[str, object] | None = None, *more: str) -> Value:
    """What one decision with that logic gives; the context holds free variables."""
    model = parse_decisions(definitions(decision("d", logic), *more))
    return evaluate(model, "d", context or {}).value


def problems_of(model: Model, key: str, context: Mapping[str, object]) -> list[str]:
    """What an evaluation complains of."""
    return [str(each) for each in evaluate(model, key, context).problems]


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("|")] if text else []


def _text(text: str) -> str:
    return f"<text>{escape(text)}</text>"


def _listed(tag: str, text: str | None) -> str:
    return "" if text is None else f"<{tag}>{_text(text)}</{tag}>"


def _type(type_ref: str) -> str:
    return f' typeRef="{escape(type_ref)}"' if type_ref else ""


def _id(name: str) -> str:
    return name.replace(" ", "_")


def _requirement(need: str) -> str:
    kind, _, target = need.partition(":")
    href = target if "#" in target else f"#{target}"
    if kind == "k":
        inner = f'<requiredKnowledge href="{href}"/>'
        return f"<knowledgeRequirement>{inner}</knowledgeRequirement>"
    tag = "requiredInput" if kind == "i" else "requiredDecision"
    return f'<informationRequirement><{tag} href="{href}"/></informationRequirement>'
