"""The pages: Flask, templates, sign-in, errors as sentences, two languages, the browser bundle.

How to add a page
-----------------
1. A file `app/web/<page>.py` with `pages = Blueprint("<page>", __name__)` and views of some
   fifteen lines: read the request, call one verb or query of a lower room, render. Name the file
   in `PAGES` of `app/web/app.py`; if it belongs in the navigation, add an `Entry` in
   `app/web/navigation.py`.

2. Inside a view use the typed accessors of `app.web.context`:
   `db()` the session of this request's one transaction, `actor()` the person, `now()` the moment.
   Never commit: the unit of work around the view does (GET reads, everything else writes).
   Refuse by raising an error of `app.core.errors`; `app/web/errors.py` makes the page of it.

3. Every view needs a signed-in person unless it is marked `@public`. Ask for rights with
   `@needs(Permission.…)` and again in the verb (`actor.require`).

4. A form is posted, acts, and redirects (`redirect(url_for(…))`) after `flash(_("…"))`.
   `@refilled(show_page)` catches `InvalidInputError` and `ConflictError` of such a view, rolls
   back, and calls `show_page(**the_same_arguments)` with the right status code; there the macros
   (or `typed("name", stored)` and `problems_at("name")`) bring back what was typed and show each
   problem beside its field.

5. A template `templates/<page>.html`:

       {% extends "base.html" %}
       {% import "components.html" as ui with context %}
       {% block title %}{{ _("My tasks") }}{% endblock %}   the tab, and the heading
       {% block crumbs %}…{% endblock %}                    the way here, above the heading
       {% block sub %}…{% endblock %}                       a calm line below the heading
       {% block actions %}…{% endblock %}                   buttons at the right of the heading
       {% block content %}…{% endblock %}
       {% block scripts %}{{ entry("viewer") }}{% endblock %}   more than the common bundle
       {% set wide = true %}                                no padding, for designers

   Texts are `{{ _("English text") }}` (a percent sign is doubled: "100%%"), the Chinese ones are
   in `translations/zh/LC_MESSAGES/messages.po`; a test lists those that are missing.
   No inline script or style: the content security policy refuses both.

Filters: `name` (Bilingual), `sentence` (Sentence), `money`, `moment`, `day`, `ago`, `due`.
Macros: `templates/components.html`; each says what it takes. Behaviour by data attributes:
`frontend/src/page/*.js`; each file says what it minds.
"""

from app.web.app import CountersignApp, create_app, create_app_from_environment

__all__ = ["CountersignApp", "create_app", "create_app_from_environment"]
