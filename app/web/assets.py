"""The browser bundle: hashed names from `manifest.json`, compressed copies, kept for a year.

Without a bundle the pages still work; they only look plain, and say which command is missing.
"""

import json
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, abort, request, send_from_directory, url_for
from markupsafe import Markup

from app.web.security import plain

DIST = Path(__file__).parent / "static" / "dist"
#: Smallest first; browsers offer br only over https.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


class Bundle:
    """The files that `npm run build` left in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        manifest = folder / "manifest.json"
        self.names: dict[str, str | list[str]] = (
            json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
        )
        self.is_built = bool(self.names)

    def url(self, name: str) -> str | None:
        """Address of `app.css` under its hashed name; None if there is no such file."""
        hashed = cast("str | None", self.names.get(name))
        return url_for("assets.file", name=hashed) if hashed else None

    def entry(self, name: str) -> Markup:
        """The tags that load an entry: its style sheet, the chunks it needs, its script."""
        tags = Markup("")
        if style := self.url(f"{name}.css"):
            tags += Markup('<link rel="stylesheet" href="{}">').format(style)
        for chunk in cast("list[str]", self.names.get(f"{name}.js+", [])):
            address = url_for("assets.file", name=chunk)
            tags += Markup('<link rel="modulepreload" href="{}">').format(address)
        if script := self.url(f"{name}.js"):
            tags += Markup('<script type="module" src="{}"></script>').format(script)
        return tags


def register(app: Flask) -> None:
    """Serve the bundle and give the templates `entry`, `asset_url` and `bundle_is_built`."""
    bundle = Bundle(DIST)
    app.extensions["bundle"] = bundle
    app.jinja_env.globals.update(
        entry=bundle.entry, asset_url=bundle.url, bundle_is_built=bundle.is_built
    )
    blueprint = Blueprint("assets", __name__)
    blueprint.add_url_rule("/assets/<name>", "file", plain(lambda name: _send(bundle.folder, name)))
    blueprint.add_url_rule("/health", "health", plain(_health))
    app.register_blueprint(blueprint)


def _send(folder: Path, name: str) -> Response:
    """One file of the bundle, in the smallest form that the browser accepts."""
    kind = TYPES.get(Path(name).suffix)
    if kind is None:
        abort(404)
    for encoding, suffix in ENCODINGS:
        if request.accept_encodings.quality(encoding) and (folder / (name + suffix)).is_file():
            response = send_from_directory(folder, name + suffix, mimetype=kind)
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_from_directory(folder, name, mimetype=kind)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _health() -> Response:
    """For whoever watches the process: it answers."""
    return Response("ok\n", mimetype="text/plain")
