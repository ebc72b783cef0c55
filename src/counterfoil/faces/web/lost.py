"""The page for a path that no page has: it says so in words, to whoever asked with a browser.

It knows nothing of the office and repeats nothing of what was asked
(``test_a_person_who_is_lost_is_told_so_in_words``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Request, Response

from counterfoil.faces.web.visit import HEADERS, environment, language_of, static_path
from counterfoil.kernel.outcomes import Translate

API = ("/v1", "/openapi.json", "/metrics", "/healthz", "/readyz")


def asked_by_a_person(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser asked for a page, and not a program for an answer."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(API)


def page(request: Request[Any, Any, Any], catalog: Callable[[str], Translate]) -> Response[bytes]:
    """What such a person sees: that nothing is here, and where to go."""
    language = language_of(request)
    say = catalog(language)
    text = environment().get_template("lost.html").render(_=say, language=language, static=static_path)
    return Response(text.encode(), status_code=404, media_type="text/html", headers=dict(HEADERS))
