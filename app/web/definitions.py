"""The library of processes: list, history, and the page on which a process owner draws."""

from typing import Any
from xml.sax.saxutils import escape

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from app.core.errors import InvalidInputError, problem
from app.core.i18n import N_
from app.identity import Permission
from app.web.context import actor, actor_or_none, db, now, settings
from app.web.definition_steps import process_in_words
from app.web.designer_data import designer_data
from app.web.formats import moment
from app.web.refill import refilled
from app.web.security import designer, needs
from app.web.sentences import translate_sentence
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.definitions.drafts import discard_definition_draft, save_definition_draft
from app.workflow.definitions.inspection import inspect_definition
from app.workflow.definitions.library import (
    Shelf,
    begin_definition,
    get_draft,
    get_shelf,
    has_layout,
    import_definition,
    instances_of_newest,
    list_shelves,
    require_newest,
    version_xml,
)

pages = Blueprint("definitions", __name__, url_prefix="/definitions")

#: Far more than the dialog's field takes.
LONGEST_NOTE = 2000


@pages.context_processor
def rights() -> dict[str, bool]:
    """What the templates of this blueprint ask before they draw a button."""
    who = actor_or_none()
    return {"may_edit": who is not None and who.can(Permission.DEFINITION_EDIT)}


@pages.get("")
@needs(Permission.DEFINITION_VIEW)
def index() -> ResponseReturnValue:
    """Every process, deployed or only drafted."""
    return render_template("definitions/index.html", shelves=list_shelves(db(), actor()))


@pages.post("/new")
@refilled(index)
@needs(Permission.DEFINITION_EDIT)
def begin() -> ResponseReturnValue:
    """Start a process from the smallest diagram that can be deployed."""
    named = {name: _line(name) for name in ("key", "name_zh", "name_en")}
    missing = [
        problem("definition.name", name, N_("Expected a name in this language, found none."))
        for name in ("name_zh", "name_en")
        if not named[name]
    ]
    if missing:
        raise InvalidInputError(N_("The process needs a name in both languages."), missing)
    begin_definition(db(), actor(), named["key"], _first_diagram(named), now())
    return redirect(url_for(".edit", key=named["key"]))


@pages.post("/import")
@refilled(index)
@needs(Permission.DEFINITION_EDIT)
def bring_in() -> ResponseReturnValue:
    """Take a file from elsewhere as the draft of its process."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInputError(N_("Expected a .bpmn file, found none. Choose one first."))
    draft = import_definition(db(), actor(), file.read(), now())
    flash(gettext("Imported as a draft. Nothing is deployed until you deploy it."))
    return redirect(url_for(".edit", key=draft.key))


@pages.get("/<key>")
@pages.get("/<key>/versions/<int:version>")
@needs(Permission.DEFINITION_VIEW)
def show(key: str, version: int | None = None) -> ResponseReturnValue:
    """The history of a process, and one version of it: its diagram and its steps in words."""
    shelf = get_shelf(db(), actor(), key)
    if version is None and shelf.newest is None:
        return render_template("definitions/show.html", shelf=shelf, shown=None, said=None)
    number = version if version is not None else shelf.newest.number  # type: ignore[union-attr]
    xml = version_xml(db(), actor(), key, number)
    shown = next(each for each in shelf.versions if each.number == number)
    return render_template(
        "definitions/show.html",
        shelf=shelf,
        shown=shown,
        is_drawn=has_layout(xml),
        said=process_in_words(db(), xml),
    )


@pages.get("/<key>/versions/<int:version>/diagram")
@needs(Permission.DEFINITION_VIEW)
def diagram(key: str, version: int) -> ResponseReturnValue:
    """What the viewer shows of a version."""
    return {"xml": _text(version_xml(db(), actor(), key, version)), "tokens": []}


@pages.get("/<key>/versions/<int:version>.bpmn")
@needs(Permission.DEFINITION_VIEW)
def export(key: str, version: int) -> Response:
    """The file of a version, byte for byte as it was deployed."""
    return _file(version_xml(db(), actor(), key, version), f"{key}-{version}.bpmn")


@pages.get("/<key>/draft.bpmn")
@needs(Permission.DEFINITION_EDIT)
def export_draft(key: str) -> Response:
    """The file of the draft."""
    return _file(get_draft(db(), actor(), key).xml, f"{key}-draft.bpmn")


@pages.get("/<key>/draft/view")
@needs(Permission.DEFINITION_EDIT)
def show_draft(key: str) -> ResponseReturnValue:
    """The draft to look at, for the other person who edits."""
    draft = get_draft(db(), actor(), key)
    shelf = get_shelf(db(), actor(), key)
    return render_template(
        "definitions/draft.html", shelf=shelf, draft=draft, is_drawn=has_layout(draft.xml)
    )


@pages.get("/<key>/draft/diagram")
@needs(Permission.DEFINITION_EDIT)
def draft_diagram(key: str) -> ResponseReturnValue:
    """What the viewer shows of the draft."""
    return {"xml": _text(get_draft(db(), actor(), key).xml), "tokens": []}


@pages.get("/<key>/draft")
@needs(Permission.DEFINITION_EDIT)
def draft_facts(key: str) -> ResponseReturnValue:
    """Which revision is kept now, for a page whose own one is stale."""
    draft = get_draft(db(), actor(), key)
    return {"revision": draft.revision, "url": url_for(".show_draft", key=key)}


@pages.get("/<key>/edit")
@needs(Permission.DEFINITION_EDIT)
@designer
def edit(key: str) -> ResponseReturnValue:
    """The modeler: on the draft, or on the version that the address names, or on the newest."""
    shelf = get_shelf(db(), actor(), key)
    version = request.args.get("from", type=int)
    if version is None and shelf.draft is None and shelf.newest is not None:
        version = shelf.newest.number
    xml = _draft_xml(shelf) if version is None else version_xml(db(), actor(), key, version)
    return render_template(
        "definitions/edit.html",
        shelf=shelf,
        version=version,
        is_drawn=has_layout(xml),
        data=designer_data(db(), shelf, version, _text(xml)),
    )


@pages.post("/<key>/draft")
@needs(Permission.DEFINITION_EDIT)
def save(key: str) -> ResponseReturnValue:
    """Keep what was drawn; 409 when somebody saved in between."""
    sent = _sent()
    revision = sent.get("revision")
    if not isinstance(revision, int):
        raise InvalidInputError(N_("Expected the revision that was edited, found none."))
    draft = save_definition_draft(db(), actor(), key, _xml(sent), revision, now())
    words = gettext("Draft saved %(time)s", time=moment(draft.saved_at)[-5:])
    return {"revision": draft.revision, "words": words}


@pages.post("/<key>/draft/discard")
@needs(Permission.DEFINITION_EDIT)
def discard(key: str) -> ResponseReturnValue:
    """Throw the draft away and go back to what is deployed."""
    shelf = get_shelf(db(), actor(), key)
    discard_definition_draft(db(), actor(), key)
    flash(gettext("The draft was discarded."))
    return redirect(url_for(".show", key=key) if shelf.versions else url_for(".index"))


@pages.post("/<key>/validate")
@needs(Permission.DEFINITION_EDIT)
def validate(key: str) -> ResponseReturnValue:
    """What a deployment would refuse or warn of, and what it would do."""
    inspection = inspect_definition(db(), _xml(_sent()), key)
    problems = [
        {
            "code": each.code,
            "where": each.where,
            "level": each.level,
            "detail": translate_sentence(each.sentence),
        }
        for each in inspection.problems
    ]
    return {"problems": problems, "consequences": _consequences(get_shelf(db(), actor(), key))}


@pages.post("/<key>/deploy")
@needs(Permission.DEFINITION_DEPLOY)
def deploy(key: str) -> ResponseReturnValue:
    """Make a diagram the newest version."""
    sent = _sent()
    note = _note(sent)
    if not note:
        raise InvalidInputError(N_("Expected a note that says what has changed, found none."))
    newest = sent.get("newest")
    require_newest(db(), key, newest if isinstance(newest, int) else 0)
    row = deploy_definition(db(), actor(), _xml(sent), note, now(), key)
    flash(gettext("Version %(number)s is deployed. New instances take it.", number=row.version))
    return {"url": url_for(".show", key=key)}


def _consequences(shelf: Shelf) -> list[str]:
    """What a deployment would do, in sentences."""
    newest = shelf.newest
    if newest is None:
        return [gettext("This becomes version 1; instances can be started from then on.")]
    staying = instances_of_newest(db(), shelf.key)
    stays = ngettext(
        "%(num)d running instance stays on version %(old)d.",
        "%(num)d running instances stay on version %(old)d.",
        staying,
        old=newest.number,
    )
    return [
        gettext(
            "This becomes version %(number)d. New instances take it.", number=newest.number + 1
        ),
        stays,
    ]


def _line(name: str) -> str:
    """A field of one line; XML knows no control characters."""
    typed = request.form.get(name, "").strip()
    return "".join(each for each in typed if each.isprintable())


def _sent() -> dict[str, Any]:
    """The JSON object of the request."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # thousands of brackets
        sent = None
    if not isinstance(sent, dict):
        raise InvalidInputError(N_("Expected a JSON object, found something else."))
    return sent


def _note(sent: dict[str, Any]) -> str:
    """What the deployer wrote, without what no database stores: NUL, half of a pair."""
    said = sent.get("note")
    text = said if isinstance(said, str) else ""
    kept = "".join(each for each in text if each.isprintable() or each in "\n\t")
    return kept.strip()[:LONGEST_NOTE]


def _xml(sent: dict[str, Any]) -> bytes:
    xml = sent.get("xml")
    if not isinstance(xml, str) or not xml.strip():
        raise InvalidInputError(N_("Expected the XML of a diagram, found none."))
    return xml.encode("utf-8", "replace")


def _text(xml: bytes) -> str:
    return xml.decode("utf-8", "replace")


def _draft_xml(shelf: Shelf) -> bytes:
    return shelf.draft.xml if shelf.draft else b""


def _file(xml: bytes, name: str) -> Response:
    response = make_response(xml)
    response.mimetype = "application/xml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _first_diagram(named: dict[str, str]) -> bytes:
    """The template of a new process under its own key and names."""
    template = settings().bpmn_folder / "templates" / "new-process.bpmn"
    text = template.read_text(encoding="utf-8")
    quotes = {'"': "&quot;"}
    for place, name in (
        ("NEW_NAME_ZH", named["name_zh"]),
        ("NEW_NAME_EN", named["name_en"]),
        ("NEW_KEY", named["key"]),
    ):
        text = text.replace(place, escape(name, quotes))
    return text.encode()
