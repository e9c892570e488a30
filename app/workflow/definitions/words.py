"""Words that a diagram may say in a property of ours."""

from collections.abc import Mapping, Sequence

from app.core.errors import Problem, problem
from app.core.i18n import N_


def word_problems(
    code: str,
    element_id: str,
    properties: Mapping[str, str],
    words: Mapping[str, Sequence[str]],
) -> list[Problem]:
    """What a deployment must refuse: a property of an element with another word than its own."""
    return [
        problem(
            code,
            element_id,
            N_("Expected {name} to be one of {allowed}, found “{found}”."),
            name=name,
            allowed=", ".join(allowed),
            found=properties[name],
        )
        for name, allowed in words.items()
        if name in properties and properties[name] not in allowed
    ]
