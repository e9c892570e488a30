"""Literals, names, paths and calls."""

from difflib import get_close_matches
from typing import Any

from app.feel import syntax as ast
from app.feel.compiler import Compiler, Evaluator, compiles
from app.feel.functions import BUILTINS, Callee
from app.feel.run import Run, Scope, Site
from app.feel.temporal import PARTS
from app.feel.values import PLAIN, Value, describe


@compiles(ast.Literal)
def _literal(compiler: Compiler, node: ast.Literal) -> Evaluator:
    value = node.value
    return lambda scope: value


@compiles(ast.Name)
def _name(compiler: Compiler, node: ast.Name) -> Evaluator:
    name, site = node.name, compiler.site(node)
    places = compiler.resolve(name)
    if not compiler.is_variable(places[-1]):
        return _local(name, places)
    if len(places) > 1 and name not in compiler.declared:
        compiler.may_read.add(name)
    elif name not in BUILTINS or name in compiler.declared:
        compiler.reads.add(name)
    if len(places) > 1:
        return _item_or_variable(name, places, site)
    return _variable(name, places[0], site)


def _variable(name: str, hops: int, site: Site) -> Evaluator:
    def read(scope: Scope) -> Value:
        try:
            value = scope.values[name]
        except KeyError:
            return _unknown(scope, name, site)
        if type(value) in PLAIN:
            return value  # type: ignore[no-any-return]
        return scope.run.take(name, value, site)

    if hops == 0:
        return read
    return lambda scope: read(_outer(scope, hops))


def _local(name: str, places: list[int]) -> Evaluator:
    if places == [0] and name != "item":
        return lambda scope: scope.values[name]

    def read(scope: Scope) -> Value:
        for hops in places:
            place = _outer(scope, hops)
            if name in place.values:
                return place.values[name]  # type: ignore[no-any-return]
            if name == "item":
                return place.item
        return None

    return read


def _item_or_variable(name: str, places: list[int], site: Site) -> Evaluator:
    *items, last = places
    variable = _variable(name, 0, site)

    def read(scope: Scope) -> Value:
        for hops in items:
            place = _outer(scope, hops)
            if name in place.values:
                return place.values[name]  # type: ignore[no-any-return]
        return variable(_outer(scope, last))

    return read


def _outer(scope: Scope, hops: int) -> Scope:
    for _ in range(hops):
        scope = scope.outer or scope  # they were counted when compiling
    return scope


def _unknown(scope: Scope, name: str, site: Site) -> Value:
    if name in BUILTINS:
        return BUILTINS[name]
    if scope.run.strict:
        meant = get_close_matches(name, [key for key in scope.values if key != "?"], 1)
        hint = f" (did you mean '{meant[0]}'?)" if meant else ""
        scope.run.fail(site, f"Expected a variable named '{name}', but found none{hint}")
    return None


@compiles(ast.Path)
def _path(compiler: Compiler, node: ast.Path) -> Evaluator:
    base, name, site = compiler.compile(node.base), node.name, compiler.site(node)

    def walk(scope: Scope) -> Value:
        return part_of(scope.run, site, base(scope), name)

    keys, root = [name], node.base
    while isinstance(root, ast.Path):
        keys.append(root.name)
        root = root.base
    if not (isinstance(root, ast.Name) and compiler.resolve(root.name) == [0]):
        return walk
    if not compiler.is_variable(0):
        return walk
    way = (root.name, *reversed(keys))

    def walk_variables(scope: Scope) -> Value:
        # Down the host's own mappings: only what the path ends at needs converting.
        value: Any = scope.values
        for key in way:
            if type(value) is not dict or key not in value:
                return walk(scope)
            value = value[key]
        if type(value) in PLAIN:
            return value  # type: ignore[no-any-return]
        return scope.run.take(way, value, site)

    return walk_variables


def part_of(run: Run, site: Site, value: Value, name: str) -> Value:
    """`value.name`: an entry of a context, that of every element of a list, or a date's part."""
    if isinstance(value, dict):
        if name in value:
            return value[name]  # type: ignore[no-any-return]
    elif isinstance(value, list):
        run.charge_list(len(value))
        return [part_of(run, site, item, name) for item in value]
    elif value is None:
        return None
    else:
        part = PARTS.get(type(value), {}).get(name)
        if part is not None:
            return part(value)
    if run.strict:
        run.fail(site, f"Expected something with '{name}', but found {describe(value)}")
    return None


@compiles(ast.Call)
def _call(compiler: Compiler, node: ast.Call) -> Evaluator:
    site, named, called = compiler.site(node), node.named, node.function
    arguments = tuple(compiler.compile(argument) for argument in node.arguments)
    builtin = BUILTINS.get(called.name) if isinstance(called, ast.Name) else None
    # A variable such as `count` or `date` does not hide the built-in of its name here.
    if builtin and compiler.is_variable(compiler.resolve(builtin.name)[-1]):
        return lambda scope: builtin.call(
            scope.run, site, [argument(scope) for argument in arguments], named
        )
    function = compiler.compile(called)

    def call(scope: Scope) -> Value:
        callee = function(scope)
        if isinstance(callee, Callee):
            given = [argument(scope) for argument in arguments]
            return callee.call(scope.run, site, given, named)
        if callee is not None:
            scope.run.fail(site, f"Expected a function, but found {describe(callee)}")
        return None

    return call
