"""What the shipped editions call their wares and what they ask, so that these are read in every language.

An edition is its operator's own text: what she calls a thing is shown as she wrote it, unless it is one of these
(``test_wares_of_the_shipped_editions_are_read_in_spanish``).
"""

from __future__ import annotations

from counterfoil.kernel.outcomes import mark

WARES = (
    mark("Forever stamp"),
    mark("Postcard stamp"),
    mark("Additional ounce stamp"),
    mark("Letter, 1 ounce, metered"),
    mark("Large envelope, 1 ounce"),
    mark("Certified letter, fee"),
    mark("Return receipt"),
    mark("Small box for half a year"),
    mark("Small parcel, up to 1 pound"),
)
ASKED_BEFORE_AN_ACCOUNT = (
    mark("name"),
    mark("date of birth"),
    mark("street address, or where to find it"),
    mark("number of a tax or identity paper"),
)
