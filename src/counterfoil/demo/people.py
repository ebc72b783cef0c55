"""The people of the demo day: forty customers of a village that is not there, and its three clerks.

All are invented. Names are written as such people write them: one name or five, accents, other scripts; some live where
no mail is brought, and their mail goes to a box.
"""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    """A customer: details as she gives them, the identification tier and the papers shown ("" for none)."""

    name: str
    lives: str
    mail: str = ""
    phone: str = ""
    born: str = ""
    language: str = "en"
    tier: str = "known"
    papers: str = ""

    def details(self) -> dict[str, str]:
        """What is put on record; nothing stands for what was not told."""
        found = {"name": self.name, "lives": self.lives, "mail": self.mail, "phone": self.phone, "born": self.born}
        return {name: text for name, text in found.items() if text} | {"language": self.language}


class Helper(NamedTuple):
    """A clerk of the demo office. ``new_pin``: the one she takes when she has forgotten the first."""

    clerk: str
    name: str
    role: str
    pin: str
    new_pin: str = ""


CLERKS = (
    Helper("101", "Ruth Ann Kowalczyk", "supervisor", "482915"),
    Helper("102", "Benito Salas", "clerk", "395028"),
    Helper("103", "Thandiwe", "clerk", "617204", "820463"),
)
"""These PINs stand in a public file: they are for this office only."""

BACK_OFFICE = (
    Helper("201", "Imogen Achterberg", "operations", "264917"),
    Helper("301", "Tomasz Wren", "auditor", "530718"),
)
"""Who else signs in at the seeded office: the back office, and an auditor, who reads all and signs nothing."""

_FULL, _WEAK = "full", "weak-paper"

CUSTOMERS = (
    Person("Ada Whitehorse", "Third house past the mill, Cut Bank Road", "PO Box 12", "406-555-0112", "1951-04-09",
           "en", _WEAK, "tribal-id"),
    Person("María José Ñandú Quispe", "14 Depot Street", "", "406-555-0131", "1988-11-23", "es", _FULL, "passport"),
    Person("Sukarno", "Rural Route 2, Box 88", "Rural Route 2, Box 88", "", "", "en"),
    Person("Nguyễn Thị Hoa", "31 Main Street, upstairs", "PO Box 40", "406-555-0145", "1979-02-14", "en", _FULL,
           "driver-license"),
    Person("Wilma Yellow Bird", "Agency Road, blue trailer by the pump", "PO Box 7", "", "1962-08-30", "en", _FULL,
           "tribal-id"),
    Person("Олена Коваленко", "9 Creamery Lane", "", "406-555-0158", "1994-05-02", "en", _WEAK, "expired-license"),
    Person("D'Angelo O'Shaughnessy-Pratt", "2 Main Street", "", "406-555-0160", "1990-01-17", "en", _FULL,
           "state-id"),
    Person("Rosa", "Camp 3, Hillside Orchards", "General Delivery", "", "", "es"),
    Person("Björk Einarsdóttir", "77 Reservoir Road", "PO Box 77", "406-555-0171", "1983-09-09", "en", _FULL,
           "passport"),
    Person("李秀英", "5 Railroad Avenue", "", "406-555-0180", "1948-03-03", "en", _WEAK, "library-card"),
    Person("José Ángel Ibarra Peña", "Camp 3, Hillside Orchards", "General Delivery", "", "1999-12-12", "es", _WEAK,
           "consular-card"),
    Person("Earl Two Strike Sr.", "Mile 14, Elk Fork Road", "PO Box 3", "", "1939-07-21", "en", _FULL, "military-id"),
    Person("Hannah Grace Stoltzfus", "412 Lower Mill Road", "412 Lower Mill Road", "", "", "en"),
    Person("محمد الأمين", "31 Main Street, rear", "", "406-555-0192", "1986-06-15", "en", _FULL, "passport"),
    Person("Teuila Fa‘alogo", "18 Depot Street", "PO Box 51", "406-555-0199", "1971-10-10", "en", _FULL,
           "driver-license"),
    Person("김민수", "5 Railroad Avenue, door B", "", "406-555-0204", "2001-01-31", "en", _WEAK, "library-card"),
    Person("Guadalupe Xóchitl Téllez", "60 Creamery Lane", "PO Box 60", "406-555-0207", "1975-12-11", "es", _FULL,
           "state-id"),
    Person("Roy", "Under the county bridge, east side", "General Delivery", "", "", "en"),
    Person("Ἑλένη Παπαδοπούλου", "3 Main Street", "", "406-555-0215", "1958-05-21", "en", _FULL, "driver-license"),
    Person("Ikaika Kealohapauʻole", "Fire tower cabin, Bald Ridge", "PO Box 19", "", "1992-04-04", "en", _FULL,
           "driver-license"),
    Person("Łucja Brzęczyszczykiewicz", "25 Depot Street", "", "406-555-0223", "1967-11-11", "en", _FULL, "passport"),
    Person("Mary Begay", "Red Wash, 6 miles past the windmill", "PO Box 33", "", "1944-02-02", "en", _WEAK,
           "tribal-id"),
    Person("Tomás Ó Súilleabháin", "44 Main Street", "", "406-555-0230", "1981-03-17", "en", _FULL, "driver-license"),
    Person("அருண்மொழி", "Motel Elk, room 9", "General Delivery", "406-555-0234", "1996-08-08", "en", _WEAK,
           "expired-license"),
    Person("Dolores Vda. de la Cruz y Peñalosa", "2 Church Street", "PO Box 2", "", "1936-09-15", "es", _FULL,
           "state-id"),
    Person("Chukwuemeka Okonkwo-Reyes", "19 Reservoir Road", "", "406-555-0241", "1987-07-07", "en", _FULL, "passport"),
    Person("Little Sky", "Agency Road, last house", "PO Box 8", "", "", "en"),
    Person("Jean-Baptiste N’Diaye", "Hillside Orchards, office", "PO Box 100", "406-555-0250", "1984-10-01", "en",
           _FULL, "passport"),
    Person("Áslaug Þórdís", "77 Reservoir Road", "PO Box 77", "", "2004-06-17", "en", _WEAK, "library-card"),
    Person("Walter J. Pfeiffer III", "1 Bank Street", "", "406-555-0256", "1953-01-01", "en", _FULL, "driver-license"),
    Person("Yohannes", "Camp 3, Hillside Orchards", "General Delivery", "", "", "en"),
    Person("Soledad Huamán", "Camp 1, Hillside Orchards", "General Delivery", "", "1997-03-30", "es", _WEAK,
           "consular-card"),
    Person("Şükrü Yılmaz", "8 Main Street", "", "406-555-0263", "1965-04-23", "en", _FULL, "driver-license"),
    Person("Nizhoni Tso", "Red Wash, at the chapter house", "PO Box 34", "", "1989-11-29", "en", _FULL, "tribal-id"),
    Person("अनीता शर्मा", "Motel Elk, front desk", "", "406-555-0270", "1978-08-15", "en", _FULL, "passport"),
    Person("Beatriz Iñárritu", "12 Church Street", "", "406-555-0274", "1991-02-28", "es", _FULL, "passport"),
    Person("Prudence Mae Hatfield", "Rural Route 2, Box 91", "Rural Route 2, Box 91", "", "1947-05-05", "en", _FULL,
           "driver-license"),
    Person("Zoë van der Meer", "66 Creamery Lane", "", "406-555-0281", "1998-12-24", "en", _WEAK, "expired-license"),
    Person("Cho", "5 Railroad Avenue, door C", "", "", "", "en"),
    Person("Ignacio", "Camp 1, Hillside Orchards", "General Delivery", "", "", "es"),
)  # fmt: skip
