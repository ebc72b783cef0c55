"""What the counter calls things: the groups of its menu, every kind of request, every field, and what helps to fill it.

Always true (``tests/architecture/test_every_kind.py``): every kind has a group and a label, and every field of every
kind a label (``test_every_kind_is_on_the_counters_menu``, ``test_every_field_has_its_label``). A new product adds its
lines here: one in ``MENU``, one in ``FIELDS`` for each field that is new.
"""

from __future__ import annotations

from typing import NamedTuple

from counterfoil.kernel.outcomes import mark


class Entry(NamedTuple):
    """A line of the menu. ``act``: what its button says when it is confirmed."""

    group: str
    label: str
    act: str = mark("Confirm")


class Label(NamedTuple):
    """A field's label, and a hint below it."""

    text: str
    hint: str = ""


GROUPS: dict[str, str] = {
    "cash": mark("Money in and out"),
    "services": mark("Stamps and other services"),
    "orders": mark("Money orders and cash sent"),
    "products": mark("Checks, savings, loans and bills"),
    "customers": mark("Customers and accounts"),
    "drawer": mark("Your drawer"),
    "vault": mark("Vault, pouches and stamp stock"),
    "mistakes": mark("Put a mistake right"),
    "holds": mark("Freezes and holds"),
    "day": mark("The business day"),
    "people": mark("People and rules"),
}
"""Group → its heading, in the order of the menu."""

MENU: dict[str, Entry] = {
    "deposit": Entry("cash", mark("Deposit"), mark("Take in the cash")),
    "withdrawal": Entry("cash", mark("Withdrawal"), mark("Pay out the cash")),
    "transfer": Entry("cash", mark("Transfer between accounts"), mark("Transfer")),
    "cash-exchange": Entry("cash", mark("Change notes and coins"), mark("Exchange")),
    "balance-told": Entry("cash", mark("Tell the balance"), mark("Tell it")),
    "visit": Entry("cash", mark("Several services, paid at once"), mark("Take the payment")),
    "stamp-sale": Entry("services", mark("Sell stamps"), mark("Sell")),
    "mail-sale": Entry("services", mark("Sell stamps and mail"), mark("Sell")),
    "stamp-refund": Entry("services", mark("Take back spoiled stamps"), mark("Pay it back")),
    "order-sale": Entry("orders", mark("Sell a money order"), mark("Sell")),
    "order-cash": Entry("orders", mark("Cash a money order"), mark("Pay it")),
    "order-refund": Entry("orders", mark("Take back a money order"), mark("Pay it back")),
    "order-replace": Entry("orders", mark("Replace a money order"), mark("Replace it")),
    "order-stop": Entry("orders", mark("Stop a money order"), mark("Stop it")),
    "order-stop-lift": Entry("orders", mark("Lift a stop"), mark("Lift it")),
    "order-trace": Entry("orders", mark("Trace a money order"), mark("Trace it")),
    "order-clear": Entry("orders", mark("Settle a money order paid elsewhere"), mark("Settle it")),
    "cash-send": Entry("orders", mark("Send cash"), mark("Send it")),
    "claim-check": Entry("orders", mark("Check a claim code"), mark("Check it")),
    "cash-claim": Entry("orders", mark("Pay out cash sent"), mark("Pay it")),
    "cash-send-cancel": Entry("orders", mark("Give cash sent back to the sender"), mark("Pay it back")),
    "claim-unblock": Entry("orders", mark("Give the sender a new claim code"), mark("Make it")),
    "order-count": Entry("drawer", mark("Count blank money orders"), mark("Record the count")),
    "order-stock-in": Entry("vault", mark("Receive blank money orders"), mark("Receive them")),
    "order-stock-to-till": Entry("vault", mark("Blank money orders to your drawer"), mark("Take them")),
    "order-stock-from-till": Entry("vault", mark("Blank money orders back to the reserve"), mark("Give them back")),
    "order-void": Entry("vault", mark("Make a blank money order void"), mark("Make it void")),
    "stock-revalue": Entry("vault", mark("Stamps at a new price"), mark("Revalue them")),
    "stock-spoiled": Entry("vault", mark("Destroy spoiled stamps"), mark("Destroy them")),
    "suspect-note": Entry("services", mark("Keep a note that may be false"), mark("Keep it")),
    "bill-pay": Entry("products", mark("Pay a bill"), mark("Take the payment")),
    "bill-cancel": Entry("products", mark("Call a bill back"), mark("Pay it back")),
    "bill-refund": Entry("products", mark("Pay back a bill that came back"), mark("Pay it back")),
    "bill-confirm": Entry("products", mark("The biller has a bill"), mark("Record it")),
    "bill-return": Entry("products", mark("A bill came back"), mark("Record it")),
    "bill-unmatched": Entry("products", mark("Money came back, bill not known"), mark("Record it")),
    "check-cash": Entry("products", mark("Turn a check into cash"), mark("Pay out the cash")),
    "check-deposit": Entry("products", mark("Deposit a check"), mark("Take the check")),
    "check-recover": Entry("products", mark("Payment for a check that came back"), mark("Take the payment")),
    "check-agree": Entry("products", mark("Agree on a day for a check that came back"), mark("Agree")),
    "check-give-back": Entry("products", mark("Give a deposited check back"), mark("Give it back")),
    "check-settle": Entry("products", mark("A check was paid by its bank"), mark("Record it")),
    "check-return": Entry("products", mark("A check came back unpaid"), mark("Record it")),
    "check-write-off": Entry("products", mark("The house bears a check that came back"), mark("Write it off")),
    "loan-apply": Entry("products", mark("Apply for a small loan"), mark("Record the application")),
    "loan-open": Entry("products", mark("Give out a small loan"), mark("Give it out")),
    "loan-pay": Entry("products", mark("Loan payment"), mark("Take the payment")),
    "loan-defer": Entry("products", mark("Put a loan payment off, free"), mark("Put it off")),
    "loan-charge-off": Entry("products", mark("Give a loan up as lost"), mark("Give it up")),
    "interest-pay": Entry("products", mark("Pay interest before an account closes"), mark("Credit it")),
    "direct-deposit": Entry("products", mark("Direct deposit details"), mark("Print them")),
    "account-escheat": Entry("products", mark("Send unclaimed money to the state"), mark("Send it")),
    "loan-recover": Entry("products", mark("Money on a lost loan"), mark("Take the payment")),
    "customer-open": Entry("customers", mark("New customer"), mark("Open the record")),
    "customer-change": Entry("customers", mark("Change a customer's details"), mark("Change")),
    "account-open": Entry("customers", mark("Open an account"), mark("Open it")),
    "account-close": Entry("customers", mark("Close an account"), mark("Close it")),
    "account-reopen": Entry("customers", mark("Open a closed account again"), mark("Open it again")),
    "till-open": Entry("drawer", mark("Open a drawer"), mark("Open it")),
    "till-count": Entry("drawer", mark("Count the drawer"), mark("Record the count")),
    "till-close": Entry("drawer", mark("Close the drawer"), mark("Close it")),
    "till-report": Entry("drawer", mark("X report"), mark("Print it")),
    "cash-from-vault": Entry("drawer", mark("Cash from the vault"), mark("Take it")),
    "cash-to-vault": Entry("drawer", mark("Cash to the vault"), mark("Give it")),
    "till-handover": Entry("drawer", mark("Cash to another drawer"), mark("Hand it over")),
    "difference-dispute": Entry("drawer", mark("Dispute a difference"), mark("Dispute it")),
    "difference-accept": Entry("drawer", mark("Accept a difference"), mark("Accept it")),
    "surprise-count": Entry("vault", mark("Surprise count"), mark("Record the count")),
    "till-count-absent": Entry("vault", mark("Count a drawer whose clerk is away"), mark("Count and close")),
    "pouch-in": Entry("vault", mark("Receive a pouch"), mark("Receive it")),
    "pouch-out": Entry("vault", mark("Send a pouch"), mark("Send it")),
    "pouch-lost": Entry("vault", mark("A pouch is lost"), mark("Write it off")),
    "stock-in": Entry("vault", mark("Receive stamps"), mark("Receive them")),
    "stock-to-till": Entry("vault", mark("Stamps to your drawer"), mark("Take them")),
    "stock-from-till": Entry("vault", mark("Stamps back to the reserve"), mark("Give them back")),
    "vault-count": Entry("vault", mark("Count the vault"), mark("Record the count")),
    "reversal": Entry("mistakes", mark("Undo an entry"), mark("Undo it")),
    "account-freeze": Entry("holds", mark("Freeze an account"), mark("Freeze it")),
    "account-unfreeze": Entry("holds", mark("Lift a freeze"), mark("Lift it")),
    "legal-hold": Entry("holds", mark("Hold part of a balance"), mark("Hold it")),
    "legal-hold-release": Entry("holds", mark("Lift a hold"), mark("Lift it")),
    "day-open": Entry("day", mark("Open the day"), mark("Open the day")),
    "day-close": Entry("day", mark("Close the day"), mark("Close the day")),
    "clerk-enrol": Entry("people", mark("Enroll a colleague"), mark("Enroll")),
    "clerk-rotate": Entry("people", mark("New PIN and key"), mark("Make the new key")),
    "clerk-revoke": Entry("people", mark("End a key"), mark("End it")),
    "policy-edition": Entry("people", mark("Take a new policy edition"), mark("Take it")),
}
"""Kind → its group, its label, and its last button."""

FIELDS: dict[str, Label] = {
    "date": Label(mark("Business day")),
    "currency": Label(mark("Currency")),
    "amount": Label(mark("Amount"), mark("In dollars, such as 1250 or 1,250.00. You can also write pieces: 7x20+5x1")),
    "account": Label(mark("Account number"), mark("Ten digits. Scan the card or the passbook in the search box.")),
    "to": Label(mark("To account number"), mark("Ten digits")),
    "customer": Label(mark("Customer number"), mark("Ten digits")),
    "presented_by": Label(mark("Who stands at the window"), mark("Customer number, if it is not the holder")),
    "on_behalf_of": Label(mark("For whom"), mark("Customer number, if it is for someone else")),
    "identification": Label(mark("Papers shown")),
    "count": Label(mark("Count by note and coin"), mark("How many of each. Leave empty what there is none of.")),
    "found": Label(mark("Found in the pouch"), mark("How many of each")),
    "taken": Label(mark("Taken from the customer"), mark("How many of each")),
    "given": Label(mark("Given to the customer"), mark("How many of each")),
    "stock": Label(mark("Count of stamps"), mark("How many of each")),
    "till": Label(mark("Drawer"), mark("Such as T1")),
    "to_till": Label(mark("To drawer")),
    "shared": Label(mark("Shared drawer: no one clerk answers for it")),
    "item": Label(mark("Stamps")),
    "items": Label(mark("What is sold"), mark("How many of each")),
    "first": Label(mark("First serial"), mark("Eleven digits, the last a check digit")),
    "new_serial": Label(mark("New serial number"), mark("Eleven digits, the last a check digit")),
    "forms": Label(mark("Blank forms"), mark("Such as 10000000001 x 9, 10000000251 x 20; 0 if none")),
    "in_hand": Label(mark("The form lies on the counter")),
    "bond": Label(mark("Promise to pay back"), mark("The number of the signed paper")),
    "through": Label(mark("Paid by"), mark("The bank or office that paid it")),
    "buyer": Label(mark("Paper shown")),
    "code": Label(mark("Claim code")),
    "claim_code": Label(mark("Claim code"), mark("Twelve letters and digits")),
    "quantity": Label(mark("How many")),
    "face": Label(mark("Face value of the note")),
    "serial": Label(mark("Serial number"), mark("As printed on the note")),
    "reason": Label(mark("Reason"), mark("In your own words")),
    "note": Label(mark("Note"), mark("In your own words. You may leave it empty.")),
    "state": Label(mark("State of the owner's last address"), mark("Two small letters, such as mt")),
    "reference": Label(mark("Reference"), mark("What it is for. You may leave it empty.")),
    "answer": Label(mark("Your answer to the difference"), mark("Both are equally good answers.")),
    "case": Label(mark("Case number"), mark("As on the paper, such as D1-204")),
    "authority": Label(mark("Ordered by"), mark("The court or office, and the number of its order")),
    "pouch": Label(mark("Code on the pouch")),
    "office": Label(mark("To office"), mark("Its number, such as 9000")),
    "from_office": Label(mark("From office"), mark("Its number, as on the label")),
    "to_office": Label(mark("To office"), mark("Its number, as on the label")),
    "seal": Label(mark("Seal number")),
    "condition": Label(mark("How the pouch came")),
    "tier": Label(mark("How well we know the customer")),
    "details": Label(mark("Details"), mark("As the customer writes them")),
    "what": Label(mark("What changes")),
    "correction": Label(mark("It was wrong before (not: it is different now)")),
    "product": Label(mark("Kind of account")),
    "epoch": Label(mark("Epoch"), mark("The second number on the receipt")),
    "entry": Label(mark("Entry number"), mark("As on the receipt")),
    "clerk": Label(mark("Clerk number")),
    "role": Label(mark("Role")),
    "key": Label(mark("Key")),
    "custody": Label(mark("Kept in")),
    "leaves": Label(mark("The clerk leaves this office")),
    "content": Label(mark("The edition's file"), mark("Paste the whole text")),
    "services": Label(mark("Services")),
    "tendered": Label(mark("Cash the customer gives"), mark("In dollars")),
    "biller": Label(mark("Biller")),
    "tag": Label(mark("The mark it came with"), mark("Small letters, digits and hyphens")),
    "on": Label(mark("Day it goes"), mark("Leave it empty for today")),
    "sort": Label(mark("Sort of check")),
    "check_date": Label(mark("Date on the check")),
    "routing": Label(mark("Routing number")),
    "fingerprint": Label(mark("Fingerprint of the check")),
    "fee": Label(mark("Our fee"), mark("As the customer was told")),
    "cash": Label(mark("Cash paid at once"), mark("You may leave it at 0.")),
    "again": Label(mark("It came back unpaid before")),
    "doubt": Label(mark("Why it may not be paid"), mark("Only if there is a doubt. A supervisor signs.")),
    "until": Label(mark("To be paid by")),
    "loan": Label(mark("Loan number"), mark("Ten digits, as on the paper")),
    "every": Label(mark("How often")),
    "number_of_payments": Label(mark("Number of payments")),
    "left": Label(mark("Left of a month"), mark("Worked out from income, rent and other bills")),
    "first_due": Label(mark("First payment due")),
    "apr": Label(mark("Annual percentage rate"), mark("As shown to the customer, such as 27.94")),
    "payment": Label(mark("Each payment"), mark("As shown to the customer")),
    "total": Label(mark("Total of payments"), mark("As shown to the customer")),
}
"""Field → its label and hint."""

DETAILS: dict[str, Label] = {
    "name": Label(mark("Name"), mark("As the customer writes it")),
    "lives": Label(mark("Where the customer lives"), mark("An address, or words that lead there")),
    "mail": Label(mark("Where mail goes"), mark("A box is fine")),
    "phone": Label(mark("Phone")),
    "born": Label(mark("Date of birth")),
    "language": Label(mark("Language of receipts")),
    "note": Label(mark("Note")),
    "micr": Label(mark("Line at the foot of the check"), mark("Scan it, or type it with its signs")),
    "payee": Label(mark("Pay to"), mark("As it stands on the check")),
    "maker": Label(mark("Written by"), mark("As it stands on the check")),
    "income": Label(mark("Income of a month"), mark("In dollars, such as 1450.00")),
    "rent": Label(mark("Rent of a month"), mark("In dollars, such as 600.00")),
    "dues": Label(mark("Other bills of a month"), mark("In dollars, such as 350.00")),
    "payday": Label(mark("Payday"), mark("You may leave it empty")),
    "shown": Label(mark("Papers that show it"), mark("Such as two pay slips")),
    "document": Label(mark("Kind of paper"), mark("Such as passport")),
    "number": Label(mark("Number of the paper")),
    "sender_document": Label(mark("Sender's kind of paper"), mark("Such as passport")),
    "sender_number": Label(mark("Number of the sender's paper")),
}
"""Parts of a customer's details, in order."""

KIND_FIELDS: dict[tuple[str, str], Label] = {
    ("pouch-in", "amount"): Label(mark("Amount on the label"), mark("In dollars")),
    ("pouch-in", "count"): Label(mark("Count on the label"), mark("You may leave it empty")),
    ("suspect-note", "reason"): Label(mark("What was seen"), mark("What looks or feels wrong")),
    ("order-sale", "serial"): Label(mark("Serial number"), mark("Eleven digits, the last a check digit")),
    ("order-sale", "account"): Label(mark("Paid from account"), mark("Leave empty for cash")),
    ("order-cash", "account"): Label(mark("Paid into account"), mark("Leave empty for cash")),
    ("order-refund", "account"): Label(mark("Paid into account"), mark("Leave empty for cash")),
    ("cash-send", "account"): Label(mark("Paid from account"), mark("Leave empty for cash")),
    ("cash-send-cancel", "account"): Label(mark("Paid into account"), mark("Leave empty for cash")),
    ("cash-send", "details"): Label(mark("Who may claim it")),
    ("stamp-sale", "amount"): Label(mark("Price"), mark("Worked out from the number; you may leave it empty.")),
    ("surprise-count", "till"): Label(mark("Drawer that is counted")),
    ("till-count-absent", "till"): Label(mark("Drawer that is counted")),
    ("bill-pay", "reference"): Label(mark("Customer number at the biller"), mark("As it stands on the bill")),
    ("bill-pay", "account"): Label(mark("From account number"), mark("Leave it empty if it is paid in cash")),
    ("bill-cancel", "account"): Label(mark("To account number"), mark("Leave it empty if it is paid in cash")),
    ("bill-refund", "account"): Label(mark("To account number"), mark("Leave it empty if it is paid in cash")),
    ("check-recover", "account"): Label(mark("From account number"), mark("Leave it empty if it is paid in cash")),
    ("check-return", "reason"): Label(mark("Why it came back")),
    ("loan-defer", "until"): Label(mark("New due date"), mark("As shown to the customer")),
    ("loan-open", "account"): Label(mark("To account number"), mark("Leave empty for cash")),
    ("loan-pay", "account"): Label(mark("From account number"), mark("Leave empty for cash")),
    ("loan-recover", "account"): Label(mark("From account number"), mark("Leave empty for cash")),
    ("transfer", "account"): Label(mark("From account number"), mark("Ten digits")),
}
"""Where a kind calls a field otherwise."""

CHOICES: dict[str, str] = {
    "accept": mark("Accept"),
    "dispute": mark("Dispute"),
    "whole": mark("whole"),
    "partial": mark("partial"),
    "damaged": mark("damaged"),
    "clerk": mark("clerk"),
    "supervisor": mark("supervisor"),
    "postmaster": mark("postmaster"),
    "operations": mark("operations"),
    "auditor": mark("auditor"),
    "known": mark("known to the office, no papers"),
    "weak-paper": mark("some papers"),
    "full": mark("full papers"),
    "everyday": mark("everyday account"),
    "passport": mark("passport"),
    "driver-license": mark("driver's license"),
    "state-id": mark("state ID card"),
    "military-id": mark("military ID"),
    "tribal-id": mark("tribal ID"),
    "consular-card": mark("consular card"),
    "expired-license": mark("license that has expired"),
    "library-card": mark("library card"),
    "weekly": mark("every week"),
    "biweekly": mark("every 2 weeks"),
    "semimonthly": mark("twice a month"),
    "monthly": mark("every month"),
    "en": mark("English"),
    "es": mark("Spanish"),
    "open": mark("open"),
    "counted": mark("counted"),
    "closed": mark("closed"),
    "frozen": mark("frozen"),
    "accepted": mark("accepted"),
    "disputed": mark("disputed"),
    "sign-in": mark("signed in"),
    "sign-out": mark("signed out"),
    "wrong-pin": mark("wrong PIN"),
    "screen-locked": mark("screen locked"),
    "refused": mark("refused"),
    "reserve": mark("reserve"),
    "treasury": mark("US Treasury check"),
    "state-local": mark("check of a state or a town"),
    "postal-order": mark("postal money order"),
    "cashier": mark("cashier's check"),
    "payroll": mark("payroll check"),
    "personal": mark("personal check"),
    "A": mark("not enough money"),
    "B": mark("money not yet collected"),
    "C": mark("payment was stopped"),
    "D": mark("the account is closed"),
    "E": mark("there is no such account"),
    "F": mark("the account is frozen"),
    "G": mark("too old"),
    "H": mark("dated later"),
    "I": mark("the back is not signed"),
    "J": mark("the back is signed wrongly"),
    "K": mark("not signed"),
    "L": mark("signed wrongly"),
    "N": mark("altered"),
    "O": mark("cannot be read"),
    "Q": mark("not allowed by its maker"),
    "S": mark("ask who wrote it"),
    "W": mark("the amount is not clear"),
    "Y": mark("presented twice"),
    "Z": mark("forged"),
}
"""Words of short lists. A code that is not here is shown as it is written, its hyphens as blanks."""

TROUBLE: dict[str, str] = {
    "missing": mark("Fill in: {label}."),
    "money": mark("{label}: write dollars and cents, such as 1250.00."),
    "zero": mark("{label}: an amount above zero is needed."),
    "number": mark("{label}: a whole number is needed."),
    "account": mark("{label}: this number is not right. It has ten digits. Look at it again, or scan it."),
    "text": mark("{label}: this cannot be used. Write plain text, up to 200 letters."),
    "count": mark("{label}: write whole numbers only."),
    "choice": mark("{label}: choose one."),
    "date": mark("{label}: a day such as 1988-11-23 is needed."),
    "sum": mark("The count adds up to {counted}, and the amount is {amount}. Count again."),
    "other": mark("{label}: this cannot be read. Look at it again."),
}
"""What is wrong with a field that was filled in."""

MONTHS = (
    mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun"), mark("Jul"), mark("Aug"),
    mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec"),
)  # fmt: skip
DAY = mark("{month} {day}, {year}")


def label_of(kind: str, name: str) -> Label:
    """What this kind calls this field."""
    return KIND_FIELDS.get((kind, name)) or FIELDS.get(name) or Label(name.replace("_", " "))


def detail(name: str) -> Label:
    """What a part of details is called."""
    return DETAILS.get(name) or Label(name.replace("_", " "))


def menu_of(kind: str) -> Entry:
    """The menu's line of a kind; one that has none yet stands among the services under its own name."""
    return MENU.get(kind) or Entry("services", kind.replace("-", " "))


def choice(code: str) -> str:
    """A word of a short list, in English as marked."""
    return CHOICES.get(code) or code.replace("-", " ")
