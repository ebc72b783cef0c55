"""The control socket: commands for an office that is being served, from whoever may read its folder.

A server holds the office lock, so ``counterfoil token`` and ``counterfoil webhook`` ask it through ``control.sock`` in
the office's folder (0600, its owner alone); without a server they open the office themselves
(``test_a_command_reaches_a_running_server``). One JSON object in, one out, on a line each; no command moves money.

A folder's path may be longer than a socket's name can be: it is named through the folder's descriptor.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from counterfoil.kernel.outcomes import CounterfoilError, Fault, Malformed, Unavailable

NAME = "control.sock"
LINE_MAX = 65_536
SECONDS = 30

Command = Callable[[Mapping[str, Any]], Awaitable[Any]]


class Control:
    """Serves the commands of one office until ``close``."""

    def __init__(self, folder: Path, commands: Mapping[str, Command]) -> None:
        self._folder, self._commands = folder, commands
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begins to listen. What an earlier server left is removed: the office lock says that none is there."""
        with suppress(FileNotFoundError):
            os.unlink(self._folder / NAME)
        with _short(self._folder) as path:
            before = os.umask(0o177)
            try:
                self._server = await asyncio.start_unix_server(self._serve, path, limit=LINE_MAX)
            finally:
                os.umask(before)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            with suppress(FileNotFoundError):
                os.unlink(self._folder / NAME)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer(await reader.readline())
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            command = self._commands[asked["command"]]
            return {"done": await command(asked["with"])}
        except Malformed as error:
            return {"malformed": str(error), "field": error.field}
        except CounterfoilError as error:
            return {"unavailable": str(error)}
        except (ValueError, KeyError, TypeError, UnicodeDecodeError):
            return {"malformed": "this server does not know that command", "field": "command"}


def asked(folder: Path, command: str, **arguments: Any) -> Any | None:
    """The answer of the server of ``folder`` to ``command``; None if no server is there."""
    try:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(SECONDS)
            with _short(folder) as path:
                peer.connect(path)
            peer.sendall(json.dumps({"command": command, "with": arguments}).encode() + b"\n")
            data = b"".join(iter(lambda: peer.recv(65_536), b""))
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        return None
    except OSError as error:
        raise Unavailable(f"the server of {folder} does not answer: {error}") from None
    try:
        answer = json.loads(data)
    except ValueError:
        raise Unavailable(f"the server of {folder} went away before it answered") from None
    if "malformed" in answer:
        raise Malformed(answer["malformed"], field=answer.get("field", ""))
    if "unavailable" in answer:
        raise Unavailable(answer["unavailable"])
    if "done" not in answer:
        raise Fault("the server's answer cannot be read")
    return answer


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """The socket's path, short whatever the folder's is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
