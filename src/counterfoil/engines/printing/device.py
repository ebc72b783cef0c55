"""A receipt printer on this machine or on the office's network: where the bytes of a receipt go.

Always true (``tests/unit/engines/test_device_printer.py``): a receipt reaches the device whole or the caller hears that
it did not (``test_a_device_that_fails_is_told``); two receipts never mix (``test_receipts_do_not_mix``). Whether the
paper came out is not known here: nobody but the person at the printer sees that.

A device is a path (``/dev/usb/lp0``, a serial port, or a plain file, to which receipts are added), or
``tcp://host:9100`` for a printer with a network port of its own.
"""

from __future__ import annotations

import os
import socket
import stat
import threading
from urllib.parse import urlsplit

from counterfoil.counter.receipt import Receipt
from counterfoil.engines.printing import escpos
from counterfoil.engines.printing.paper import MM80, Paper
from counterfoil.kernel.outcomes import Malformed, Unavailable

SECONDS = 5
"""How long a network printer may take to answer."""
RAW_PORT = 9100


class DevicePrinter:
    """Prints receipts by ESC/POS on one device. Calls from several threads print one after another."""

    def __init__(self, device: str, paper: Paper = MM80) -> None:
        self.device, self.paper = device, paper
        self._one = threading.Lock()
        self._address = _address(device)

    def __call__(self, receipt: Receipt) -> None:
        """Prints; ``Unavailable`` if the device did not take all of it."""
        data = escpos.render(receipt, self.paper)
        with self._one:
            try:
                self._send(data)
            except OSError as error:
                raise Unavailable(f"the printer {self.device} does not take it: {error.strerror or error}") from None

    def _send(self, data: bytes) -> None:
        if self._address is not None:
            with socket.create_connection(self._address, timeout=SECONDS) as printer:
                printer.sendall(data)
            return
        file = os.open(self.device, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0), 0o600)
        try:
            os.set_blocking(file, True)
            written = 0
            while written < len(data):
                written += os.write(file, data[written:])
            if stat.S_ISREG(os.fstat(file).st_mode):
                os.fsync(file)
        finally:
            os.close(file)


def _address(device: str) -> tuple[str, int] | None:
    if "://" not in device:
        return None
    try:
        parts = urlsplit(device)
        port = parts.port or RAW_PORT
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme != "tcp" or not parts.hostname or parts.path not in ("", "/"):
        raise Malformed(f"{device!r} is not a printer: a path, or tcp://host:9100", field="printer")
    return parts.hostname, port
