"""The one map from errors to status codes, pages and problem+json. No trace reaches a reader."""

import secrets
from dataclasses import dataclass

from flask import (
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import (
    ConflictError,
    CountersignError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    Problem,
)
from app.core.i18n import N_, Sentence
from app.web.sentences import translate_sentence
from app.workflow.failures import InstanceFailureError

STATUS: dict[type[CountersignError], int] = {
    InvalidInputError: 422,
    NotPermittedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    InstanceFailureError: 500,
}

#: What the page is called, by status code.
TITLES = {
    400: N_("The request was not understood"),
    401: N_("Please sign in"),
    403: N_("Not permitted"),
    404: N_("Not found"),
    405: N_("Not possible here"),
    409: N_("Someone was there first"),
    413: N_("Too large"),
    422: N_("Please check what was entered"),
    429: N_("Too many requests"),
    500: N_("Something went wrong on our side"),
}

#: What happened and what to do, for refusals that the web server makes before any of our verbs.
SENTENCES = {
    400: N_("The request was incomplete or damaged. Go back, reload the page and try again."),
    401: N_("You are not signed in any more. Sign in in another window, then try again here."),
    404: N_("There is no page at this address. It may have been moved, or mistyped."),
    405: N_("This address can be opened, but not be used in this way."),
    429: N_("There were too many requests in a short time. Wait a minute and try again."),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Everything an error page says."""

    status: int
    sentence: Sentence
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """Its heading, an English template to translate."""
        return TITLES.get(self.status, TITLES[400 if self.status < 500 else 500])


def register(app: Flask) -> None:
    """Handle everything that a view, a verb or the framework may raise."""
    app.register_error_handler(CountersignError, _ours)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _of_the_web)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Whether the request came from a script rather than from a person's navigation."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return request.path.startswith("/api/") or best == "application/json"


def status_of(error: CountersignError) -> int:
    """The status code of a refusal."""
    return next((STATUS[each] for each in type(error).__mro__ if each in STATUS), 422)


def _ours(error: CountersignError) -> Response:
    problems = getattr(error, "problems", ())
    return _answer(Refusal(status_of(error), error.sentence, problems))


def _stale_form(_error: CSRFError) -> Response:
    return _answer(
        Refusal(
            400,
            Sentence(
                N_(
                    "This form belongs to an earlier sign-in, so it was not accepted. "
                    "Go back, copy what you typed, reload the page and send it again."
                ),
                {},
            ),
        )
    )


def _of_the_web(error: HTTPException) -> BaseResponse:
    if error.response is not None and isinstance(error.response, BaseResponse):
        return error.response  # a redirect to the address with its slash
    status = error.code or 500
    if status == 401 and request.method == "GET" and not wants_json():
        return redirect(url_for("sign_in.show", next=request.full_path.rstrip("?")))
    if isinstance(error, RequestEntityTooLarge):
        return _answer(Refusal(status, _too_large()))
    template = SENTENCES.get(status, SENTENCES[400] if status < 500 else _UNEXPECTED)
    answer = _answer(Refusal(status, Sentence(template, {"reference": "–"})))
    if status == 405:
        answer.headers["Allow"] = ", ".join(error.valid_methods or ())  # type: ignore[attr-defined]
    return answer


def _too_large() -> Sentence:
    limit = current_app.config["MAX_CONTENT_LENGTH"] // (1024 * 1024)
    return Sentence(
        N_("Expected a request of at most {limit} MB, found a larger one. Nothing was saved."),
        {"limit": limit},
    )


_UNEXPECTED = N_(
    "Nothing of your last step was saved. Try again; if it happens again, give the number "
    "{reference} to the administrator, who can find it in the log."
)


def _unexpected(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    current_app.logger.error("Unexpected error %s at %s", reference, request.path, exc_info=error)
    return _answer(Refusal(500, Sentence(_UNEXPECTED, {"reference": reference})))


def _answer(refusal: Refusal) -> Response:
    if wants_json():
        response = current_app.response_class(
            current_app.json.dumps(problem_json(refusal)), mimetype="application/problem+json"
        )
    else:
        response = make_response(
            render_template("error.html", refusal=refusal, way_back=_way_back())
        )
    response.status_code = refusal.status
    return response


def problem_json(refusal: Refusal) -> dict[str, object]:
    """RFC 9457, with the places under `problems`."""
    return {
        "type": "about:blank",
        "title": translate_sentence(refusal.title),
        "status": refusal.status,
        "detail": translate_sentence(refusal.sentence),
        "problems": [
            {
                "code": each.code,
                "where": each.where,
                "level": each.level,
                "detail": translate_sentence(each.sentence),
            }
            for each in refusal.problems
        ],
    }


def _way_back() -> str | None:
    """The page of ours that the reader came from."""
    came_from = request.referrer or ""
    return came_from if came_from.startswith(request.host_url) else None
