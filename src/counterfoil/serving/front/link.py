"""What the two processes of one server say to each other, over a socket pair that nobody else has an end of.

Always true: messages arrive whole and in the order in which they were sent, or the link ends
(``test_messages_arrive_whole_and_in_order``); a message that cannot be read, or is too long, ends the link
(``test_nonsense_ends_the_link``). A message is MessagePack after its length in four bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import msgspec

LENGTH, FRAME_MAX = 4, 2**26
"""Bytes of a message's length, and of a message: the largest upload, and room."""
TOGETHER = 8
"""Messages that are sent at once: more, and the other process rests meanwhile; fewer, and each costs a call."""


class Message(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """What is sent. ``number``, where there is one, names the request that a front waits for."""


# --- from the office --------------------------------------------------------------------------------------------------


class Hello(Message, frozen=True, tag=0):
    """The first message: how to serve, and over which office signatures are. ``kinds``: that are read in the front."""

    place: str
    kinds: tuple[str, ...]
    settings: dict[str, Any]


class Keys(Message, frozen=True, tag=1):
    """Public keys of clerks by their ids. An id stands for one key for ever."""

    keys: dict[bytes, bytes]


class Token(Message, frozen=True, tag=2):
    """The client of a token, by the token's SHA-256. The office looks again at each request."""

    token: bytes
    client: bytes


class Reply(Message, frozen=True, tag=3):
    """The answer to a request. ``route`` and ``client``: what the log calls it, and who asked."""

    number: int
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: str
    client: str | None


class Again(Message, frozen=True, tag=4):
    """This request has to come whole: the office answers what is not plain."""

    number: int


# --- from the front ---------------------------------------------------------------------------------------------------


class Serving(Message, frozen=True, tag=10):
    """Requests are taken from now on."""


class Whole(Message, frozen=True, tag=11):
    """A request as it came. ``body`` may be one byte longer than what is read at most."""

    number: int
    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    client: tuple[str, int]
    request_id: str
    body: bytes


class Signed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One approval, and what it was found to hold over, under which public key."""

    key_id: bytes
    signature: bytes
    message: bytes
    public_key: bytes


class Wrote(msgspec.Struct, frozen=True, array_like=True, tag=20, gc=False):
    """One write, read and verified. ``body``: the signed body, read."""

    identity: bytes
    epoch: int
    body: dict[str, Any]
    approvals: list[Signed]


class Raw(msgspec.Struct, frozen=True, array_like=True, tag=21, gc=False):
    """One request of a batch that has to be read by the office, as it came."""

    item: dict[str, Any]


class One(Message, frozen=True, tag=12):
    """``POST /v1/KIND``. ``spanish``: the language of a refusal."""

    number: int
    token: bytes
    client: bytes
    spanish: bool
    write: Wrote


class Some(Message, frozen=True, tag=13):
    """A part of ``POST /v1/batch``, in order; ``last``: it has no more. Their keys come with them."""

    number: int
    token: bytes
    client: bytes
    spanish: bool
    keys: list[str]
    writes: list[Wrote | Raw]
    last: bool


FromOffice = Hello | Keys | Token | Reply | Again
FromFront = Serving | Whole | One | Some

_encoder = msgspec.msgpack.Encoder()


class Link(asyncio.Protocol):
    """One end. ``heard`` is given each message; ``ended`` is called once, when nothing more will come."""

    def __init__(self, kinds: Any, heard: Callable[[Any], None], ended: Callable[[], None]) -> None:
        self._decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(kinds)
        self._heard, self._ended = heard, ended
        self._in, self._out = bytearray(), list[bytes]()
        self._transport: asyncio.Transport | None = None

    def send(self, message: Message) -> None:
        """Sends a message with all others of this turn of the loop. Once the link has ended, nothing is done."""
        data = _encoder.encode(message)
        if len(data) > FRAME_MAX:
            self.close()
            return
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out += (len(data).to_bytes(LENGTH, "big"), data)
        if len(self._out) >= 2 * TOGETHER:
            self._flush()

    def close(self) -> None:
        """Ends the link, after what was sent."""
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._in += data
        try:
            messages = self._whole()
        except (ValueError, msgspec.MsgspecError):
            if self._transport is not None:
                self._transport.abort()
            return
        for message in messages:
            self._heard(message)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._ended()

    def _whole(self) -> list[Any]:
        """The messages that are whole, taken out of what came."""
        found, at = [], 0
        with memoryview(self._in) as view:
            while len(view) - at >= LENGTH:
                end = at + LENGTH + int.from_bytes(view[at : at + LENGTH], "big")
                if end - at > LENGTH + FRAME_MAX:
                    raise ValueError
                if len(view) < end:
                    break
                found.append(self._decoder.decode(view[at + LENGTH : end]))
                at = end
        del self._in[:at]
        return found

    def _flush(self) -> None:
        data, self._out = b"".join(self._out), []
        if data and self._transport is not None:
            self._transport.write(data)
