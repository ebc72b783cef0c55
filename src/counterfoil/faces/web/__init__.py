"""The counter in a browser: pages rendered on the server, which work without JavaScript but for the shortcuts.

How another page is built on this (customers', the back office's, the public ones):

- ``app.routes`` gathers handlers; a handler is ``async def page(visit: Visit) -> Response[bytes]`` listed
  as an ``app.Page`` (method, path, which question it answers). It gets a ``Visit``: the request, the session, the
  language, the form.
- ``visit.render("name.html", **values)`` fills a template that extends ``base.html``; texts in templates are
  ``{{ _("…") }}``, amounts ``{{ money(minor) }}``, days ``{{ day(date) }}``.
- A form holds ``{{ guard() }}``, which is its CSRF token; ``visit.form`` is what was posted, checked already.
- The macros of ``parts.html`` show a field with its error, and ``summary`` all errors at the top; a page with errors is
  rendered again with what was typed, and a form that was done is answered with ``visit.go(path)``.
- Whoever opens a customer's page is noted first: ``operations.window.looked_at``.
- Texts in Python are ``mark("…")`` and said by ``visit.say``; ``scripts/texts.py`` takes both into the catalog.
- The look is ``static/counterfoil.css``: class names and tokens of the US Web Design System, system fonts.
"""
