"""How a server is set: defaults, a TOML file, ``COUNTERFOIL_*`` and flags, the later ones first.

Always true: every setting can be given in all ways and ``counterfoil config show`` says where each value came from
(``test_each_way_of_setting_outranks_the_one_below``); a setting that is not known is refused by name in the file
(``test_an_unknown_setting_is_refused``); a variable of the environment that is no setting is not ours to read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from counterfoil.kernel.outcomes import Malformed, short

FILE, PREFIX = "server.toml", "COUNTERFOIL_"


def _set(default: Any, about: str, *, low: int = 0, high: int = 0, among: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"about": about, "low": low, "high": high, "among": among})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is told. Each field is a setting; its metadata says what it is and what it may be."""

    host: str = _set("127.0.0.1", "The address to listen on. Beyond 127.0.0.1, put a proxy with TLS before it.")
    port: int = _set(8417, "The port; if it is taken and was not asked for, a free one.", low=0, high=65_535)
    api: bool = _set(True, "Serve the API under /v1.")
    web: bool = _set(True, "Serve the pages for people.")
    front: bool = _set(False, "Read requests in a process of their own: for many API clients, two processors or more.")
    metrics: bool = _set(True, "Serve /metrics.")
    access_log: bool = _set(True, "One line on standard error for each request.")
    log_level: str = _set("info", "The least that is logged.", among=("debug", "info", "warning", "error"))
    otel: str = _set("", "Where traces go by OTLP over HTTP (the extra otel). Left out: nowhere.")
    graceful_seconds: int = _set(30, "How long a stop waits for what was accepted.", low=1, high=600)
    keep_alive_seconds: int = _set(75, "How long an idle connection is kept.", low=1, high=3_600)
    idle_seconds: int = _set(600, "A screen that rests this long locks; what was typed stays.", low=60, high=86_400)
    behind_tls: bool = _set(False, "Browsers reach it over TLS (through a proxy), so cookies are marked secure.")
    forwarded_for: bool = _set(
        False, "The proxy before it writes X-Forwarded-For itself: tries are counted by the address there."
    )
    public_url: str = _set("", "Where browsers reach the pages, such as https://bank.example. Passkeys need it.")
    printer: str = _set("", "The counter's receipt printer: a path, or tcp://host:9100. Left out: the browser prints.")
    printer_paper: str = _set("80", "Its paper, in millimeters.", among=("80", "58"))
    day_end: str = _set("edition", "End days at the edition's hour, by itself; or never.", among=("edition", "off"))
    webhook_seconds: int = _set(10, "How long a webhook's receiver may take to answer.", low=1, high=60)


class Told(NamedTuple):
    """A setting's value, and where it came from."""

    name: str
    value: Any
    source: str
    about: str


def read(
    folder: Path, environ: Mapping[str, str], flags: Mapping[str, Any], *, file: Path | None = None
) -> tuple[Settings, list[Told]]:
    """The settings of an office's server, and where each came from. ``flags``: only those that were given."""
    path = file or folder / FILE
    layers: list[tuple[str, Mapping[str, Any]]] = [
        (str(path), _from_file(path, needed=file is not None)), ("environment", _from_environment(environ)),
        ("flag", flags),
    ]  # fmt: skip
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for source, given in layers:
        for name, value in given.items():
            values[name] = value
            sources[name] = f"{PREFIX}{name.upper()}" if source == "environment" else source
    settings = Settings(**values)
    told = [
        Told(one.name, getattr(settings, one.name), sources.get(one.name, "default"), one.metadata["about"])
        for one in fields(Settings)
    ]
    return settings, told


def _from_file(path: Path, *, needed: bool) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if needed:
            raise Malformed(f"there is no file {path}", field="config") from None
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"{path} cannot be read: {error}", field="config") from None
    return {name: _checked(name, value, str(path)) for name, value in raw.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name in _kinds():
        variable = f"{PREFIX}{name.upper()}"
        if variable in environ:
            found[name] = _checked(name, _typed(name, environ[variable], variable), variable)
    return found


def _typed(name: str, text: str, where: str) -> Any:
    """The value that a text in the environment stands for."""
    kind = _kinds().get(name)
    if kind is int and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    if kind is bool and text.lower() in ("true", "false", "1", "0", "yes", "no"):
        return text.lower() in ("true", "1", "yes")
    if kind in (int, bool):
        wanted = "a whole number" if kind is int else "true or false"
        raise Malformed(f"{where} is {short(text)}: {wanted} is needed", field=name)
    return text


def _kinds() -> dict[str, type]:
    return get_type_hints(Settings)


def _checked(name: str, value: Any, where: str) -> Any:
    kind = _kinds().get(name)
    if kind is None:
        known = ", ".join(_kinds())
        raise Malformed(f"{where}: {short(name)} is not a setting; there are {known}", field=name[:40])
    about = next(one.metadata for one in fields(Settings) if one.name == name)
    if type(value) is not kind:
        raise Malformed(f"{where}: {name} is {short(value)}, and has to be of type {kind.__name__}", field=name)
    if kind is int and not about["low"] <= value <= about["high"]:
        raise Malformed(f"{where}: {name} is {value}: {about['low']} to {about['high']} is needed", field=name)
    if about["among"] and value not in about["among"]:
        raise Malformed(f"{where}: {name} is {short(value)}: one of {', '.join(about['among'])} is needed", field=name)
    if isinstance(value, str) and not value.isprintable():
        raise Malformed(f"{where}: {name} has a character that cannot be printed", field=name)
    return value
