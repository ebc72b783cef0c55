"""What a screen reads off the paper in the customer's hand, and puts into the request that is signed.

Always true: what identifies a person stays in the details (a side table, by their salted hash); only what the books
need of it enters the signed body. Every screen (request files, pages, the API) calls the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Read = Callable[[Mapping[str, str], Mapping[str, Any]], tuple[Mapping[str, str], Mapping[str, Any]]]
"""(details, the request so far) → (details as they are kept, fields of the body read off them)."""

READ_OFF: dict[str, Read] = {}
"""Kind of request → how its details are read. Raises ``Malformed`` naming the field."""
