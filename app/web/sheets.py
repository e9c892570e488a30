"""The approval sheet of an item: a page to print, and the same as a PDF."""

from io import BytesIO
from uuid import UUID

import segno
from flask import Blueprint, Response, render_template
from markupsafe import Markup

from app.web.sheet import gather
from app.web.sheet_paper import sheet_pdf

pages = Blueprint("sheets", __name__)


@pages.get("/instances/<uuid:instance_id>/sheet")
def show(instance_id: UUID) -> str:
    """The page; the browser prints it as it stands."""
    return render_template("sheets/show.html", sheet=gather(instance_id))


@pages.get("/instances/<uuid:instance_id>/sheet.pdf")
def pdf(instance_id: UUID) -> Response:
    """The PDF, named by project and process."""
    sheet = gather(instance_id)
    name = f"{sheet.instance.subject_code}-{sheet.instance.process_key}.pdf"
    response = Response(sheet_pdf(sheet), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@pages.app_template_filter()
def qr_code(address: str, title: str) -> Markup:
    """A QR code as a drawing inside the page; it is made of modules only, never of the text."""
    drawing = BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawing, kind="svg", xmldecl=False, svgns=False, border=2, omitsize=True, title=title)
    return Markup(drawing.getvalue().decode())  # noqa: S704
