"""The counter in a browser: pages rendered on the server, which work without JavaScript but for the shortcuts.

How another page is built on this (customers', the back office's, the public ones):

- ``app.routes`` gathers handlers; a handler is ``async def page(visit: Visit) -> Response[Any]`` listed with
  ``app.page`` (path, method, who may see it). It gets a ``Visit``: the request, the session, the language, the form.
- ``visit.render("name.html", **values)`` fills a template that extends ``base.html``; texts in templates are
  ``{{ _("…") }}``, amounts ``{{ amount | money }}``, days ``{{ date | day }}``.
- A form holds ``{{ guard() }}``, which is its CSRF token; ``visit.form`` is what was posted, checked already.
- ``visit.refuse(...)`` and the macros of ``parts.html`` show an error at its field and in the summary.
- The look is ``static/counterfoil.css``: class names and tokens of the US Web Design System, system fonts.
"""
