"""The back office: the day's cash, differences, customers and accounts, the books, the journal, policy, people.

Always true (``tests/unit/web/test_back_office.py``): these pages show and change nothing, so an auditor may have them
all (``test_an_auditor_sees_every_page_and_changes_nothing``); each asks a question of ``operations.roles``, and whoever
may not ask it is turned away (``test_each_page_is_for_those_who_may_ask``); whoever looks at a customer or her account
is noted; a list goes on by a cursor that serves no other list (``test_a_cursor_serves_its_own_list``).
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from litestar import Response

from counterfoil import codec
from counterfoil.faces.web import words
from counterfoil.faces.web.counter import title_of
from counterfoil.faces.web.visit import Visit
from counterfoil.kernel.outcomes import Malformed, Unavailable, mark
from counterfoil.office.readers import ACCOUNT, CUSTOMER, ROLES
from counterfoil.office.requests import ASKS
from counterfoil.operations import cash_reports as cash
from counterfoil.operations import items, overview, queries, window
from counterfoil.operations.documents.kept import last_day
from counterfoil.operations.finding import FOUND_MAX
from counterfoil.operations.roles import Question, may_ask, may_read, may_sign
from counterfoil.policy.book import lines_of

LOOKS = "back office"
CASH_PARTS = {
    "own": mark("for oneself"),
    "for-another": mark("for somebody else"),
    "by-another": mark("somebody else came"),
}
"""A person's part in a movement of cash."""
_CURSOR_MAX = 200


class Link(NamedTuple):
    """One page of the back office, in its menu."""

    href: str
    label: str
    asks: Question


LINKS = (
    Link("/office", mark("Today"), Question.BOOKS),
    Link("/office/differences", mark("Differences"), Question.DIFFERENCES),
    Link("/office/customers", mark("Customers"), Question.FIND),
    Link("/office/accounts", mark("Accounts"), Question.BOOKS),
    Link("/office/instruments", mark("Checks and money orders"), Question.INSTRUMENTS),
    Link("/office/stops", mark("Stopped payments"), Question.INSTRUMENTS),
    Link("/office/books", mark("Books"), Question.BOOKS),
    Link("/office/day-end", mark("End of the day"), Question.DAY_END),
    Link("/office/cash-reports", mark("Cash to report"), Question.BOOKS),
    Link("/office/journal", mark("Journal"), Question.JOURNAL),
    Link("/office/policy", mark("Prices and limits"), Question.POLICY),
    Link("/office/people", mark("People and roles"), Question.PEOPLE),
)
"""The pages, in the order of the menu."""


async def home(visit: Visit) -> Response[bytes]:
    """Tills, vault, and what waits for a person."""
    clerk = visit.who.clerk
    now = await visit.service.at_desk(lambda desk: overview.day_now(desk, clerk))
    asked = [(one, visit.say(words.menu_of(one.request.ask.kind).label)) for one in visit.approvals.all()]
    return await _page(visit, "office-home.html", now=now, asked=asked, signs=may_sign(visit.who.role))


async def differences(visit: Visit) -> Response[bytes]:
    """Differences at counts: open and disputed ones first."""
    rows = await visit.service.read(window.differences)
    order = {"disputed": 0, "open": 1, "accepted": 2}
    return await _page(visit, "office-differences.html", rows=sorted(rows, key=lambda row: order.get(row.state, 3)))


async def customers(visit: Visit) -> Response[bytes]:
    """Customers by number, phone or name."""
    text = visit.query.get("q", "").strip()[:200]
    found = await visit.service.read(lambda store: window.find(store, text, visit.service.desk.people)) if text else []
    return await _page(visit, "office-customers.html", text=text, found=found, most=FOUND_MAX)


async def customer(visit: Visit) -> Response[bytes]:
    """One customer and her accounts, after it was noted who looks."""
    number, clerk = CUSTOMER.read(visit.part("number"), "customer"), visit.who.clerk
    shown = await visit.service.at_desk(lambda desk: window.looked_at(desk, number, by=clerk, what=LOOKS))
    return await _page(visit, "office-customer.html", shown=shown)


async def accounts(visit: Visit) -> Response[bytes]:
    """Every account with its balance, page by page."""
    after = _after(visit, "accounts", (str,))
    start = str(after[0]) if after else None
    rows = await visit.service.at_desk(lambda desk: overview.accounts(desk, start))
    shown = rows[: overview.PAGE]
    more = cursor("accounts", shown[-1][0].account) if len(rows) > overview.PAGE else ""
    return await _page(visit, "office-accounts.html", rows=shown, more=more)


async def account(visit: Visit) -> Response[bytes]:
    """One account and its entries, page by page, after it was noted who looks."""
    number, clerk = ACCOUNT.read(visit.part("account"), "account"), visit.who.clerk
    row, held = await visit.service.at_desk(lambda desk: overview.look_at_account(desk, number, by=clerk))
    after = _after(visit, number, (int, int))
    start = (int(after[0]), int(after[1])) if after else None
    lines = await visit.service.read(lambda store: overview.lines_of(store, number, start))
    shown = lines[: overview.PAGE]
    more = cursor(number, shown[-1].epoch, shown[-1].sequence) if len(lines) > overview.PAGE else ""
    titled = [(one, visit.say(title_of(one.kind))) for one in shown]
    return await _page(visit, "office-account.html", row=row, held=held, lines=titled, more=more)


async def instruments(visit: Visit) -> Response[bytes]:
    """Checks that are being collected or came back, and money orders that nobody has cashed yet."""
    checks = await visit.service.read(
        lambda store: overview.outstanding(store, "check_item", ("collecting", "returned"))
    )
    orders = await visit.service.read(lambda store: overview.outstanding(store, "money_order", ("sold",)))
    return await _page(visit, "office-instruments.html", checks=checks, orders=orders, most=overview.PAGE)


async def stops(visit: Visit) -> Response[bytes]:
    """Bills that do not go and money orders that nobody is paid."""
    found = await visit.service.read(lambda store: list(items.stops(store)))
    return await _page(visit, "office-stops.html", rows=found[: overview.PAGE], more=len(found) - overview.PAGE)


async def cash_reports(visit: Visit) -> Response[bytes]:
    """Whose cash of a day is over the line, and what the form asks of each; the last business day if none is named."""
    typed, errors, found = visit.query.get("date", "").strip()[:40], {}, None
    try:
        on = typed or (await visit.service.read(last_day)).isoformat()
        found = await visit.service.read(lambda store: cash.cash_reports(store, on))
    except Malformed:
        errors["date"] = visit.say(words.TROUBLE["date"]).format(label=visit.say(mark("Day")))
    except Unavailable:
        found = None  # No day was opened yet.
    reports = [
        {
            **one,
            "missing": [visit.say((words.DETAILS.get(name) or words.FIELDS[name]).text) for name in one["missing"]],
            "movements": [{**each, "title": visit.say(title_of(each["kind"]))} for each in one["movements"]],
        }
        for one in (found or {}).get("reports", ())
    ]
    return await _page(
        visit, "office-cash-reports.html", found=found, reports=reports, typed=typed, errors=errors, parts=CASH_PARTS
    )


async def books(visit: Visit) -> Response[bytes]:
    """The trial balance now, or as of a date."""
    typed, by = visit.query.get("date", "").strip(), visit.query.get("by", "booked")
    errors, at = {}, None
    if typed:
        try:
            at = queries.as_of_date(typed, "value" if by == "value" else "booked")
        except Malformed:
            errors["date"] = visit.say(words.TROUBLE["date"]).format(label=visit.say(mark("As of")))
    found = await visit.service.read(lambda store: overview.trial(store, at)) if not errors else None
    return await _page(visit, "office-books.html", found=found, at=at, typed=typed[:40], by=by, errors=errors)


async def day_end(visit: Visit) -> Response[bytes]:
    """How far the days have ended, and whether they do by themselves."""
    ends = await visit.service.at_desk(overview.ends)
    return await _page(visit, "office-day-end.html", ends=ends, by_itself=visit.house.ends_days)


async def journal(visit: Visit) -> Response[bytes]:
    """Size, root, checkpoint and mark of the journal."""
    logs = await visit.service.read(overview.logs)
    found = await visit.service.at_desk(overview.mark_now)
    last = await visit.service.work(visit.house.last_audit)
    since = sum(one.size for one in logs) - last.entries if last is not None else 0
    return await _page(
        visit, "office-journal.html", logs=logs, mark_=found, working=visit.service.desk.working, last=last, since=since
    )  # fmt: skip


async def policy(visit: Visit) -> Response[bytes]:
    """Every value of the edition in force, and the editions there were."""
    office = await visit.office()
    rows = await visit.service.read(overview.editions)
    lines = lines_of(office.edition) if office.edition else []
    return await _page(visit, "office-policy.html", lines=lines, rows=rows)


async def people(visit: Visit) -> Response[bytes]:
    """Who works here, with which key, and what each role may do."""
    keys = await visit.service.read(overview.keys)
    may = [
        (visit.say(words.choice(role)), [visit.say(words.menu_of(kind).label) for kind in ASKS if may_ask(role, kind)])
        for role in ROLES
    ]
    return await _page(visit, "office-people.html", keys=keys, may=may)


async def _page(visit: Visit, template: str, **values: object) -> Response[bytes]:
    here = visit.request.url.path
    links = [(one.href, visit.say(one.label), one.href == here) for one in LINKS if may_read(visit.who.role, one.asks)]
    return await visit.render(template, status=422 if values.get("errors") else 200, links=links, **values)


# --- lists that go on -------------------------------------------------------------------------------------------------


def cursor(what: str, *key: str | int) -> str:
    """Where a list goes on. ``what`` names the list, so that it serves no other."""
    return urlsafe_b64encode(codec.encode([what, *key])).rstrip(b"=").decode()


def _after(visit: Visit, what: str, like: tuple[type, ...]) -> tuple[str | int, ...] | None:
    """The key that this request's cursor holds; None if it has none; ``Malformed`` if it is of another list."""
    given = visit.query.get("after", "")
    if not given:
        return None
    refused = Malformed("this is not a page of this list", field="after")
    if len(given) > _CURSOR_MAX:
        raise refused
    try:
        value = codec.decode(urlsafe_b64decode(given + "=" * (-len(given) % 4)), what="cursor")
    except (ValueError, binascii.Error, Malformed):
        raise refused from None
    if type(value) is not list or value[:1] != [what] or tuple(type(one) for one in value[1:]) != like:
        raise refused
    return tuple(value[1:])
