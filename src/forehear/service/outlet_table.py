"""[[outlet]] of forehear.toml: one rule table for every way out, whatever its kind, and what is wrong with it."""

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from forehear.io.outlets.http import target_of
from forehear.io.outlets.webhook import secret_of
from forehear.records import AlertState, Site, TrackStatus

OutletKind = Literal[
    "cot", "sapient", "asterix", "homeassistant", "webhook", "ntfy", "email", "sms", "webpush", "feed"
]
What = Literal["tracks", "alerts", "coverage", "health", "sensors"]
# One message a new state, and so many a minute at most, for people.
PEOPLE: frozenset[OutletKind] = frozenset({"ntfy", "email", "sms", "webpush"})
PEOPLE_A_MINUTE = 60.0
PUSH_HOSTS = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
_NAME = re.compile("[a-z0-9][a-z0-9_-]{0,39}")
_MAIL = re.compile(r"[^@\s<>,;\r\n]+@[^@\s<>,;\r\n]+")


class OutletTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One [[outlet]]: to whom what of which places goes, how often, and whether exercises reach it."""

    name: str
    kind: OutletKind
    # An address whose scheme the kind knows; a feed and browsers have none.
    to: str = ""
    what: tuple[What, ...] = ("alerts",)
    # Which sites, all where none is named; which states of theirs; tracks within so far of them [km].
    sites: tuple[str, ...] = ()
    states: tuple[AlertState, ...] = ("watch", "warning", "cancelled", "not_covered")
    within_km: Annotated[float, msgspec.Meta(gt=0.0, le=20_000.0)] = 50.0
    # Which tracks, and whether only those that enough sensors of different places hear.
    statuses: tuple[TrackStatus, ...] = ("confirmed", "coasting")
    corroborated: bool = True
    # Tracks, coverage and states go out so often [s].
    every_s: Annotated[float, msgspec.Meta(ge=0.2, le=3600.0)] = 1.0
    # Whether what is only an exercise or a test reaches it. Nothing of one does otherwise.
    exercise: bool = False
    # At most so many alerts a minute; the newest state of a place takes the place of one that still waits.
    per_minute: Annotated[float, msgspec.Meta(gt=0.0, le=1e6)] | None = None
    # An alert that could not be delivered within so long is given up, unless it is its place's newest [s].
    keep_s: Annotated[float, msgspec.Meta(ge=10.0, le=86_400.0)] = 3600.0
    language: Literal["uk", "en"] = "uk"
    username: str | None = None
    password_file: str | None = None
    token_file: str | None = None
    secret_file: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    # A gateway's own form of a message: JSON, with {to} and {text} in its texts.
    body: str = '{"to": "{to}", "text": "{text}"}'
    topic: str = "forehear"
    discovery: str = "homeassistant"
    sac: Annotated[int, msgspec.Meta(ge=0, le=255)] = 0
    sic: Annotated[int, msgspec.Meta(ge=0, le=255)] = 0
    # Push services that browsers may name.
    hosts: tuple[str, ...] = PUSH_HOSTS
    # Site -> its number at alerts.in.ua or ukrainealarm.
    regions: dict[str, str] = {}


class OutletSecrets(NamedTuple):
    """What an outlet's files hold."""

    password: str | None = None
    token: str | None = None
    secret: bytes | None = None


class _Kind(NamedTuple):
    """What an outlet of a kind may be given."""

    schemes: tuple[str, ...]
    what: tuple[What, ...]
    keys: tuple[str, ...] = ()


_TLS = ("ca_file", "cert_file", "key_file")
_RATE = ("per_minute", "keep_s", "language")
_KINDS: dict[OutletKind, _Kind] = {
    "cot": _Kind(("tcp", "tls", "udp"), ("tracks", "alerts", "sensors"), _TLS),
    "sapient": _Kind(("tcp", "tls"), ("tracks", "alerts", "health"), _TLS),
    "asterix": _Kind(("udp",), ("tracks",), ("sac", "sic")),
    "homeassistant": _Kind(
        ("mqtt", "mqtts"), ("alerts", "coverage"), (*_TLS, "username", "password_file", "topic", "discovery")
    ),
    "webhook": _Kind(
        ("http", "https"), ("alerts", "tracks", "coverage", "health"),
        (*_RATE, "secret_file", "token_file", "ca_file"),
    ),
    "ntfy": _Kind(("http", "https"), ("alerts",), (*_RATE, "token_file", "ca_file", "username", "password_file")),
    "email": _Kind(
        ("smtp", "smtps"), ("alerts",), (*_RATE, "username", "password_file", "ca_file", "sender", "recipients")
    ),
    "sms": _Kind(
        ("http", "https"), ("alerts",),
        (*_RATE, "token_file", "ca_file", "username", "password_file", "recipients", "body"),
    ),
    "webpush": _Kind((), ("alerts",), (*_RATE, "sender", "hosts")),
    "feed": _Kind((), ("alerts",), ("regions", "token_file")),
}  # fmt: skip
# What every kind may be given.
_COMMON = {
    "name",
    "kind",
    "to",
    "what",
    "sites",
    "states",
    "within_km",
    "statuses",
    "corroborated",
    "every_s",
    "exercise",
}


def rate_of(table: OutletTable) -> float | None:
    """Give how many alerts a minute may leave; None where nothing bounds it."""
    if table.per_minute is not None:
        return table.per_minute
    return PEOPLE_A_MINUTE if table.kind in PEOPLE else None


def outlet_faults(tables: tuple[OutletTable, ...], given: list[set[str]], sites: tuple[Site, ...]) -> list[str]:
    """Say all that is wrong with the tables; `given` are the keys that each was written with."""
    faults = []
    names = [table.name for table in tables]
    known = {site.id for site in sites}
    for table, keys in zip(tables, given, strict=True):
        where = f"outlet {table.name!r}"
        if not _NAME.fullmatch(table.name):
            faults.append(f"{where}: name: allowed: small letters, digits, _ and -, at most 40")
        if names.count(table.name) > 1 and f"{where}: name is used twice" not in faults:
            faults.append(f"{where}: name is used twice")
        faults += [f"{where}: {words}" for words in _of_one(table, keys)]
        faults += [f"{where}: sites: there is no site {site!r}" for site in table.sites if site not in known]
        faults += [f"{where}: regions: there is no site {site!r}" for site in table.regions if site not in known]
    return faults


def _of_one(table: OutletTable, keys: set[str]) -> list[str]:
    kind = _KINDS[table.kind]
    faults = [f"{key}: is not used by kind {table.kind!r}" for key in sorted(keys - _COMMON - set(kind.keys))]
    faults += [
        f"what={what!r}: kind {table.kind!r} has {', '.join(kind.what)}"
        for what in table.what
        if what not in kind.what
    ]
    if not table.what:
        faults.append("what: nothing is named")
    faults += _address_faults(table, kind)
    if table.kind in ("email", "sms") and not table.recipients:
        faults.append("recipients: nobody is named")
    if table.kind == "email":
        named = [table.sender or "", *table.recipients]
        faults += [f"{address!r}: is no address of e-mail" for address in named if not _MAIL.fullmatch(address)]
    if table.kind == "webpush" and not (table.sender or "").startswith(("mailto:", "https://")):
        faults.append(f"sender={table.sender!r}: who is asked in case of trouble: mailto:... or https://...")
    if table.kind == "sms":
        try:
            msgspec.json.decode(table.body)
        except msgspec.DecodeError as error:
            faults.append(f"body={table.body!r}: is not JSON: {error}")
    return faults


def _address_faults(table: OutletTable, kind: _Kind) -> list[str]:
    if not kind.schemes:
        return [f"to={table.to!r}: kind {table.kind!r} has none"] if table.to else []
    try:
        parts = urlsplit(table.to)
        port = parts.port
    except ValueError as error:
        return [f"to={table.to!r}: {error}"]
    if parts.scheme not in kind.schemes or not parts.hostname:
        allowed = " or ".join(f"{scheme}://HOST..." for scheme in kind.schemes)
        return [f"to={table.to!r}: allowed: {allowed}"]
    if parts.scheme in ("http", "https"):
        try:
            target_of(table.to)
        except ValueError as error:
            return [f"to={error}"]
    if parts.scheme in ("tcp", "tls", "udp") and port is None:
        return [f"to={table.to!r}: names no port"]
    if "@" in parts.netloc:
        return [f"to={table.to!r}: names and passwords belong into username and password_file"]
    return []


def secrets_of(table: OutletTable, folder: Path, faults: list[str]) -> OutletSecrets:
    """Read an outlet's files, noting every fault."""
    where = f"outlet {table.name!r}"

    def text(key: str) -> str | None:
        file = getattr(table, key)
        if file is None:
            return None
        try:
            found: str = (folder / file).read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{where}: {key}={file!r}: cannot be read: {error}")
            return None
        if not found or any(c in found for c in "\r\n\0"):
            faults.append(f"{where}: {key}={file!r}: must hold one line")
            return None
        return found

    for key in _TLS:
        file = getattr(table, key)
        if file is not None and not (folder / file).is_file():
            faults.append(f"{where}: {key}={file!r}: cannot be read")
    secret = text("secret_file")
    raw = None
    if secret is not None:
        try:
            raw = secret_of(secret)
        except ValueError as error:
            faults.append(f"{where}: secret_file={table.secret_file!r}: {error}")
    return OutletSecrets(text("password_file"), text("token_file"), raw)
