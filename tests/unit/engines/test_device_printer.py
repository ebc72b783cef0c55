"""Receipts go to a device whole, one after another, or the caller hears that they did not."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from counterfoil.counter.receipt import Receipt
from counterfoil.engines.printing import escpos
from counterfoil.engines.printing.device import DevicePrinter
from counterfoil.kernel.outcomes import Malformed, Unavailable

RECEIPT = Receipt(language="en", office="Elk Fork · 0417", title="Deposit", lines=(("Cash taken in", "$12.50"),))
OTHER = Receipt(language="es", office="Elk Fork · 0417", title="Depósito", lines=(("Efectivo recibido", "$1.00"),))


@pytest.fixture(autouse=True)
def with_library() -> None:
    pytest.importorskip("escpos", reason="the extra `printer` is not installed")


def test_receipts_are_added_to_a_file(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    printer = DevicePrinter(str(device))
    printer(RECEIPT)
    printer(OTHER)
    assert device.read_bytes() == escpos.render(RECEIPT) + escpos.render(OTHER)
    assert device.stat().st_mode & 0o077 == 0


def test_receipts_do_not_mix(tmp_path: Path) -> None:
    device = tmp_path / "lp0"
    printer = DevicePrinter(str(device))
    threads = [threading.Thread(target=printer, args=(RECEIPT,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert device.read_bytes() == escpos.render(RECEIPT) * 8


def test_a_network_printer_gets_the_same_bytes() -> None:
    got = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(65_536):
                    got.append(data)

        thread = threading.Thread(target=take)
        thread.start()
        DevicePrinter(f"tcp://127.0.0.1:{server.getsockname()[1]}")(RECEIPT)
        thread.join(10)
    assert b"".join(got) == escpos.render(RECEIPT)


def test_a_device_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not take it"):
        DevicePrinter(str(tmp_path / "no" / "lp0"))(RECEIPT)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unavailable, match="does not take it"):
        DevicePrinter(f"tcp://127.0.0.1:{port}")(RECEIPT)
    if os.path.exists("/dev/full"):
        with pytest.raises(Unavailable, match="does not take it"):
            DevicePrinter("/dev/full")(RECEIPT)


@pytest.mark.parametrize("device", ["http://printer:9100", "tcp://", "tcp://printer:x", "tcp://printer/9100"])
def test_what_is_no_printer_is_refused(device: str) -> None:
    with pytest.raises(Malformed):
        DevicePrinter(device)
