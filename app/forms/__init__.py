"""Forms: form-js JSON to typed answers, field rights, conditions, sums, pages and differences.

    form = load_form(document, "goal_review")
    rights = rights_for(step_properties, form).rights          # {"opinion": "write", …}
    form.view(values, rights, context)                         # list[FieldView], for a template
    bound = form.bind(request_pairs, values, rights, context)  # never raises
    if bound.problems:
        form.view(bound.values, rights, context, bound.problems, bound.typed)
    else:
        store(form.dump(bound.values))                         # JSON; form.load reads it back
    diff(form, old, new)                                       # what a reviewer has not seen yet

A right is `write`, `read` or `hidden`; what is missing may be read and no more. `context` holds
what conditions may name beside the answers (`CONTEXT_NAMES`); `context["attachments"]` are the
only files that an answer may name. How inputs are named: `app.forms.submission`.

The document: Chinese in the form-js attribute, English among the component's `properties`
(`label.en`, `description.en`, `text.en`, `option.<value>.en`, `prefix.en`, `suffix.en`). More of
ours: `row.key`, `rows.min`, `rows.max` of a list; `digits`, `type` (number, text, date, boolean)
of a computed field; `date.min`, `date.max` (a day or `today`); `pattern.zh`, `pattern.en`;
`options.by` and `option.<value>.by`, which narrow a choice by its neighbour's answer.
"""

from app.forms.binding import Bound
from app.forms.changes import Change, diff
from app.forms.form import Form, load_form
from app.forms.layout import CONTEXT_NAMES, FieldType
from app.forms.places import label_of, place_in
from app.forms.refusals import Refusal
from app.forms.rights import Right, Rights, StepRights, may_write, rights_for
from app.forms.submission import Submitted
from app.forms.typed import Typed, TypedRow
from app.forms.view import NEW_ROW, FieldView, OptionView, RowView

__all__ = [
    "CONTEXT_NAMES",
    "NEW_ROW",
    "Bound",
    "Change",
    "FieldType",
    "FieldView",
    "Form",
    "OptionView",
    "Refusal",
    "Right",
    "Rights",
    "RowView",
    "StepRights",
    "Submitted",
    "Typed",
    "TypedRow",
    "diff",
    "label_of",
    "load_form",
    "may_write",
    "place_in",
    "rights_for",
]
