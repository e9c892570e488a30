"""From definitions to a process: calls bound to what they call, errors to who catches them."""

from collections.abc import Iterator, Mapping, Sequence

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.engine.decisions import missing_decisions
from app.engine.definition import Definition, Process
from app.engine.errors import DiagramError
from app.engine.graph import Node
from app.engine.outcomes import link_outcomes
from app.engine.unfold import INSTANCE, LOOP
from app.engine.xml_file import refuse


def link(definitions: Sequence[Definition]) -> Process:
    """Bind the first definition to those it calls; raises `DiagramError` when one is missing."""
    if not definitions:
        raise DiagramError(N_("Expected at least one definition, found none."))
    main = definitions[0]
    known = {each.key: each for each in definitions}
    if len(known) != len(definitions):
        raise DiagramError(N_("Expected every definition once, found one key twice."))
    used: dict[str, Definition] = {}
    problems: list[Problem] = []
    pending = [main]
    while pending:
        definition = pending.pop()
        if definition.key in used:
            continue
        used[definition.key] = definition
        problems += missing_decisions(definition.graph, definition.decisions)
        for node in definition.graph.nodes():
            if node.called is None:
                continue
            if node.called in known:
                pending.append(known[node.called])
                problems += _no_entry(node, known[node.called])
            else:
                problems.append(
                    problem(
                        "diagram.call",
                        node.id,
                        N_("Expected the called process “{wanted}”, found none with this key."),
                        wanted=node.called,
                    )
                )
    problems += _endless_calls(main, used)
    if problems:
        raise refuse(problems)
    return Process(
        main,
        used,
        link_outcomes(used),
        uncaught=tuple(_uncaught_errors(main, used)),
        is_addressed=any(
            event.how == "catches" for definition in used.values() for event in definition.events
        ),
        has_conditions=any(
            scope.has_conditions for each in used.values() for scope in each.scopes.values()
        ),
    )


def _no_entry(node: Node, called: Definition) -> Iterator[Problem]:
    if all(start.kind != "none" for start in called.starts):
        yield problem(
            "diagram.call",
            node.id,
            N_(
                "Expected a start event without a trigger in the called process “{key}”, found "
                "none."
            ),
            key=called.key,
        )


def _endless_calls(main: Definition, used: Mapping[str, Definition]) -> Iterator[Problem]:
    """Calls that lead back into the process that they come from: nobody would ever return."""
    waiting: list[tuple[Definition, tuple[str, ...]]] = [(main, (main.key,))]
    while waiting:
        definition, path = waiting.pop()
        for node in definition.graph.nodes():
            if node.called in path:
                yield problem(
                    "diagram.call",
                    node.id,
                    N_("Expected calls that come to an end, found “{key}” calling itself: {path}."),
                    key=node.called,
                    path=" → ".join((*path, node.called)),
                )
            elif node.called is not None and node.called in used:
                waiting.append((used[node.called], (*path, node.called)))


def _uncaught_errors(main: Definition, used: Mapping[str, Definition]) -> list[Problem]:
    """Error end events that can reach the top of the main process without being caught."""
    open_codes: dict[str, dict[str, tuple[str, str]]] = {key: {} for key in used}
    changed = True
    while changed:
        changed = False
        for key, definition in used.items():
            found = _escaping(definition, open_codes)
            if found.keys() != open_codes[key].keys():
                open_codes[key], changed = found, True
    return [
        problem(
            "diagram.error",
            element_id if key == main.key else "",
            N_(
                "Expected a boundary event that catches the error “{error}” of “{id}” in {key}, "
                "found none."
            ),
            error=code,
            id=element_id,
            key=key,
        )
        for code, (key, element_id) in open_codes[main.key].items()
    ]


def _escaping(
    definition: Definition, open_codes: Mapping[str, Mapping[str, tuple[str, str]]]
) -> dict[str, tuple[str, str]]:
    """Code → where it is thrown, for errors that leave a definition."""
    levels = definition.graph.levels
    thrown: dict[str, dict[str, tuple[str, str]]] = {level_id: {} for level_id in levels}
    # Inner levels come later in the file than the level around them.
    for level in reversed(levels.values()):
        for node in level.nodes.values():
            inner: Mapping[str, tuple[str, str]] = {}
            if node.type == "endEvent" and node.event and node.event.kind == "error":
                inner = {node.event.name or "": (definition.key, node.id)}
            elif node.type in {"subProcess", LOOP, INSTANCE}:
                inner = thrown[node.id]
            elif node.called:
                inner = open_codes[node.called]
            beside = [levels[each.id].start for each in level.handlers if each is not node]
            catching = [each.event for each in (*node.boundaries, *beside) if each.event]
            for code, source in inner.items():
                if not any(event.catches("error", code) for event in catching):
                    thrown[level.id][code] = source
    return thrown[definition.key]
