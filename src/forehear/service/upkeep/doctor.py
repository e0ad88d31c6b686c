"""What ails a hub, looked at from outside: configuration, clock, disk, port, loops, data, sensors, coverage.

Each question gives findings; a finding says what was looked at, whether it is good, how it is, and what to do. The
hub may run or not: where it runs it is asked as well, and what it says of itself stands first.
"""

import ctypes
import errno
import os
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from forehear import __version__, geodesy
from forehear.service.config import Settings
from forehear.service.store.schema import VERSION as STORE_VERSION
from forehear.service.upkeep.backup import STORE, named_files
from forehear.warn.coverage import approaches_of, coverage, nobody_reported

# --- numbers that decide -----------------------------------------------------------------------------
# Less room than this is a fault, and than the store may still grow by a doubt [MB].
LEAST_FREE_MB = 200.0
# A clock whose error may be more than this is a fault: half a kilometre of sound is 1.5 s [s].
CLOCK_ERROR_S = 0.5
# Of each kind so many are named.
MOST_NAMED = 5
# What adjtimex(2) says where nobody sets the clock.
STA_UNSYNC, TIME_ERROR = 0x40, 5
# -----------------------------------------------------------------------------------------------------

State = Literal["good", "look", "fault"]


class Finding(NamedTuple):
    """One thing that was looked at. `todo` is empty where there is nothing to do."""

    what: str
    state: State
    words: str
    todo: str = ""


# Asks a running hub for its health: status and words of each trouble; None where nobody answers.
Ask = Callable[[Settings], "dict[str, object] | None"]


def examine(settings: Settings, doubts: list[str], ask: Ask) -> Iterator[Finding]:
    """Look at everything, one after the other. `doubts` are `forehear check`'s."""
    yield Finding("version", "good", f"forehear {__version__}, Python {sys.version.split()[0]}")
    yield from _configuration(settings, doubts)
    health = ask(settings)
    yield _port(settings, health is not None)
    if health is not None:
        yield from _health(health)
    yield _clock()
    yield from _disk(settings)
    yield _loops()
    yield from _store(settings)
    yield from _secrets(settings)
    yield from _sensors(settings)
    yield _covered(settings)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _configuration(settings: Settings, doubts: list[str]) -> Iterator[Finding]:
    c = settings.config
    count = f"sensors: {len(settings.network.sensors)}, sites: {len(settings.sites)}"
    yield Finding("configuration", "good", f"{settings.folder}: {count}")
    for words in doubts:
        yield Finding("configuration", "look", words, "look at that line; `forehear check` says the same")
    if not settings.sites:
        yield Finding("configuration", "look", "no sites: nobody is warned", "name sites.geojson under `sites`")
    if c.service.status == "Exercise":
        yield Finding(
            "configuration", "look", "alerts carry the status Exercise",
            'set [service] status = "Actual" on the day they are meant',
        )  # fmt: skip
    if c.service.sender.endswith("@localhost"):
        yield Finding(
            "configuration", "look", f"CAP messages come from {c.service.sender}",
            "set [service] sender to an address of yours that nobody else uses",
        )  # fmt: skip


def _port(settings: Settings, answers: bool) -> Finding:
    s = settings.config.service
    where = f"{s.host}:{s.port}"
    if answers:
        return Finding("port", "good", f"{where}: the hub answers")
    family = socket.AF_INET6 if ":" in s.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((s.host, s.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return Finding(
                    "port", "fault", f"{where} is taken, and not by a hub of this configuration",
                    f"end what listens there (ss -ltnp 'sport = :{s.port}'), or set [service] port",
                )  # fmt: skip
            return Finding("port", "fault", f"{where}: {error.strerror}", "set [service] host and port")
    return Finding(
        "port", "look", f"{where} is free: the hub does not run", "forehear serve, or systemctl start forehear"
    )


def _health(health: dict[str, object]) -> Iterator[Finding]:
    status, words = str(health.get("status")), health.get("words")
    state: State = "good" if status == "ok" else "fault" if status == "failed" else "look"
    yield Finding("health", state, f"the hub says: {status}, version {health.get('version')}")
    troubles = words if isinstance(words, dict) else {}
    for name, why in troubles.items():
        yield Finding("health", "look", f"{name}: {why}", "docs/operations.md, What to watch")
    if health.get("version") != __version__:
        yield Finding(
            "health", "look", f"the hub that runs is {health.get('version')}, this program {__version__}",
            "restart the hub, so that the new version serves",
        )  # fmt: skip


class _Timex(ctypes.Structure):
    """The first fields of struct timex (adjtimex(2)); the rest is room for what the system writes."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long), ("esterror", ctypes.c_long), ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )  # fmt: skip


def _clock() -> Finding:
    todo = "let chrony or systemd-timesyncd set the clock (timedatectl set-ntp true)"
    if sys.platform != "linux":
        return Finding("clock", "look", "cannot be asked on this system", "see that something sets the clock")
    timex = _Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        state = -1
    if state < 0:
        return Finding("clock", "look", "the system does not tell of its clock", todo)
    error_s = timex.maxerror / 1e6
    if state == TIME_ERROR or timex.status & STA_UNSYNC:
        return Finding("clock", "look", "nobody sets this machine's clock, as far as the system knows", todo)
    if error_s > CLOCK_ERROR_S:
        return Finding("clock", "fault", f"is set, and may be {error_s:.1f} s off", todo)
    return Finding("clock", "good", f"is set, to {1000.0 * error_s:.0f} ms at worst")


def _disk(settings: Settings) -> Iterator[Finding]:
    data = settings.data_dir
    there = next(p for p in (data, *data.parents) if p.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            "disk", "fault", f"{there} cannot be written by this user", "run as the hub's user, or chown it"
        )
    free_mb = shutil.disk_usage(there).free / 1e6
    used_mb = (data / STORE).stat().st_size / 1e6 if (data / STORE).exists() else 0.0
    grows_mb = max(settings.config.store.max_mb - used_mb, 0.0)
    words = f"{there}: {free_mb / 1000.0:,.1f} GB free; the store has {used_mb / 1000.0:,.1f} GB"
    if free_mb < LEAST_FREE_MB:
        yield Finding("disk", "fault", words, "make room: with a full disk no report is acknowledged")
    elif free_mb < grows_mb:
        yield Finding(
            "disk", "look", f"{words}, and may grow by {grows_mb / 1000.0:,.1f} GB more",
            f"set [store] max_mb below {used_mb + 0.8 * free_mb:,.0f}, or make room",
        )  # fmt: skip
    else:
        yield Finding("disk", "good", words)


def _loops() -> Finding:
    """Where compiled loops are kept, and whether they can be (forehear.compiled)."""
    import forehear

    package = Path(forehear.__file__).parent
    named = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(named)] if named else [package, Path.home() / ".cache" / "numba"]
    kept = sum(1 for place in places if place.exists() for _ in place.rglob("*.nbc"))
    place = next((p for p in places if os.access(next(q for q in (p, *p.parents) if q.exists()), os.W_OK)), None)
    if kept:
        return Finding("loops", "good", f"{kept} compiled loops are kept")
    if place is None:
        return Finding(
            "loops", "fault", "compiled loops can be kept nowhere: every start takes a minute",
            "set NUMBA_CACHE_DIR to a folder that the hub's user can write",
        )  # fmt: skip
    return Finding("loops", "look", f"none is compiled yet, the first start takes a minute: {place}",
                   "forehear warm, as the hub's user")  # fmt: skip


def _store(settings: Settings) -> Iterator[Finding]:
    path = settings.data_dir / STORE
    aside = sorted(p.name for p in settings.data_dir.glob("store.damaged-*") if p.suffix[1:].startswith("damaged"))
    if aside:
        yield Finding("store", "look", f"was damaged before, and set aside: {_named(aside)}",
                      "look at the disk (smartctl -H); keep a backup elsewhere; then remove them")  # fmt: skip
    if not path.exists():
        yield Finding("store", "good", "none yet: the first start makes it")
        return
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0)
        try:
            version = db.execute("select value from meta where key='version'").fetchone()
            words = db.execute("pragma quick_check(1)").fetchone()[0]
            blocks, alerts = (db.execute(f"select count(*) from {t}").fetchone()[0] for t in ("blocks", "alerts"))
        finally:
            db.close()
    except sqlite3.Error as error:
        yield Finding("store", "fault", f"{path}: {error}", "forehear restore, from the last backup")
        return
    if words != "ok":
        yield Finding("store", "fault", f"{path} is damaged: {words}", "forehear restore, from the last backup")
    elif version is None or version[0] != str(STORE_VERSION):
        found = "?" if version is None else version[0]
        yield Finding("store", "fault", f"is of version {found}; this program reads {STORE_VERSION}",
                      "install the version that wrote it")  # fmt: skip
    else:
        yield Finding("store", "good", f"whole; {blocks:,} blocks of reports, {alerts:,} alerts")


def _secrets(settings: Settings) -> Iterator[Finding]:
    """Files that open doors, and that others can read."""
    files = {key: path for key, path in named_files(settings).items() if key not in ("network", "sites")}
    files.pop("mqtt.ca_file", None)
    files.pop("mqtt.cert_file", None)
    files["operator.token"] = settings.data_dir / "operator.token"
    wide = [
        f"{key} ({path})" for key, path in files.items()
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]  # fmt: skip
    if wide:
        yield Finding("secrets", "fault", f"others on this machine can read {_named(wide)}", "chmod 600")
    else:
        yield Finding("secrets", "good", "only their owner can read them")


def _sensors(settings: Settings) -> Iterator[Finding]:
    sensors = settings.network.sensors
    without = [s.id for s in sensors if s.public_key is None]
    if without and not settings.config.ingest.unsigned:
        yield Finding(
            "sensors", "look",
            f"{len(without)} of {len(sensors)} have no key in the network's file: {_named(without)}",
            "enrol them (docs/security.md), unless the operator has done so while the hub ran",
        )  # fmt: skip
    elif settings.config.ingest.unsigned:
        yield Finding("sensors", "look", "unsigned reports are taken: anybody may send them",
                      "set [ingest] unsigned = false once every sensor has a key")  # fmt: skip
    else:
        yield Finding("sensors", "good", f"{len(sensors)}, each with a key")


def _covered(settings: Settings) -> Finding:
    """Whether the network, all of it alive on a usual night, would hear what comes to each site in time."""
    network, sites = settings.network, settings.sites
    if not sites or not network.sensors:
        return Finding("coverage", "good", "nothing to cover")
    lon, lat = (float(np.mean([getattr(s, name) for s in network.sensors])) for name in ("lon", "lat"))
    reporting = nobody_reported(len(network.sensors))
    reporting.last_s[:] = 0.0
    found = coverage(
        approaches_of(sites, network, geodesy.plane_at(lon, lat)), reporting, 0.0, {}, settings.config.warn.sensors
    )
    bare = sorted(name for name, one in found.items() if not one.covered)
    if bare:
        return Finding(
            "coverage", "look",
            f"{len(bare)} of {len(sites)} sites would not hear a drone in time even with every sensor alive: "
            f"{_named(bare)}", "docs/warnings.md, Where one hears",
        )  # fmt: skip
    least = min(found.values(), key=lambda one: one.share)
    share = f"{100.0 * least.share:.0f} %"
    return Finding(
        "coverage", "good", f"every site hears; the least, {least.site}, {share} of a drone's approaches"
    )
