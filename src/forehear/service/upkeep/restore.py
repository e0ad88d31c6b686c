"""A backup, and a hub's folder out of it: in a new folder, whole or not at all.

Theory of operation. Everything is unpacked into a folder beside the one that is asked for, held against the
checksums, opened as it will be opened, and only then given its name. So a damaged, foreign or newer backup leaves
nothing, and no running hub is ever written over: the folder must not exist, or be empty.

All files lie within the new folder, those of the configuration that lay elsewhere too; the configuration then
names them there. It is changed line by line, so that its comments stay, and read again to see that nothing else
changed.
"""

import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from forehear.errors import ConfigurationError, InputError
from forehear.service.config import Settings, load
from forehear.service.store.schema import VERSION as STORE_VERSION
from forehear.service.upkeep.backup import FIRST, LAST, READ_BYTES, STORE, VERSION, BackupHeader, checksum

# The first and last member are small; larger ones are none of ours [bytes].
MOST_WORDS = 1 << 20
CONFIG, DATA = "forehear.toml", "forehear-data"


def restore(backup: Path, into: Path, progress: Callable[[float, float], None]) -> tuple[BackupHeader, Settings]:
    """Unpack a backup into a new folder; gives what it is and the checked configuration there.

    `progress` is handed how many bytes are unpacked, and all. Raises InputError; then there is nothing in `into`.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise InputError(f"{into}: is there and not empty; a hub is restored into a new folder")
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".forehear-restore-", dir=into.parent) as scratch:
            about = _unpack(backup, Path(scratch) / "tar", progress)
            made = Path(scratch) / "hub"
            _lay_out(about, Path(scratch) / "tar", made)
            _see_store(backup, made / DATA / STORE)
            try:
                load(made / CONFIG)
            except ConfigurationError as error:
                raise InputError(f"{backup}: its configuration has faults: {'; '.join(error.faults)}") from None
            if into.exists():
                into.rmdir()
            made.rename(into)
    except OSError as error:
        raise InputError(f"{error.filename or into}: {error.strerror or error}") from None
    return about, load(into / CONFIG)


def _unpack(backup: Path, folder: Path, progress: Callable[[float, float], None]) -> BackupHeader:
    """Unpack every file that the first member names, and hold each against its checksum. Raises InputError."""
    folder.mkdir()
    try:
        size = backup.stat().st_size
        with tarfile.open(backup, "r:") as tar:
            about = _about(backup, tar)
            wanted = set(about.files.values())
            found: dict[str, str] = {}
            for member in tar:
                if member.name not in wanted or not member.isreg():
                    continue
                source = tar.extractfile(member)
                assert source is not None
                place = _place(folder, about, member.name)
                with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                    shutil.copyfileobj(source, out, READ_BYTES)
                # What lies on the disk now, not what was read.
                with place.open("rb") as written:
                    found[member.name] = checksum(written.read)
                progress(member.offset_data + member.size, size)
            kept = _read(tar, LAST, dict[str, str])
    except FileNotFoundError:
        raise InputError(f"{backup}: is not there") from None
    except (tarfile.TarError, EOFError, KeyError, msgspec.MsgspecError) as error:
        raise InputError(f"{backup}: is damaged or cut off, or no backup of forehear: {error}") from None
    wrong = sorted(name for name in wanted if name not in found or kept.get(name) != found[name])
    if wrong:
        raise InputError(f"{backup}: is damaged: {', '.join(wrong)} is not what was written")
    return about


def _about(backup: Path, tar: tarfile.TarFile) -> BackupHeader:
    try:
        about: BackupHeader = _read(tar, FIRST, BackupHeader)
    except (KeyError, msgspec.MsgspecError):
        raise InputError(f"{backup}: is no backup of forehear: it has no {FIRST}") from None
    if about.version != VERSION or about.store_version > STORE_VERSION:
        raise InputError(
            f"{backup}: is of forehear {about.program} (backup {about.version}, store {about.store_version}); "
            f"this program reads backup {VERSION} and stores up to {STORE_VERSION}: install that version or a "
            "newer one"
        )
    if "" not in about.files or STORE not in about.files or "network" not in about.files:
        raise InputError(f"{backup}: is damaged: it names no configuration, network or store")
    return about


def _read(tar: tarfile.TarFile, name: str, kind: Any) -> Any:
    member = tar.getmember(name)
    source = tar.extractfile(member)
    if source is None or member.size > MOST_WORDS:
        raise KeyError(f"{name} is not a small file")
    return msgspec.json.decode(source.read(), type=kind)


def _place(folder: Path, about: BackupHeader, name: str) -> Path:
    """Where an unpacked file waits: a number in place of its name, which may climb out of the folder."""
    return folder / f"file-{sorted(about.files.values()).index(name)}"


def _lay_out(about: BackupHeader, unpacked: Path, made: Path) -> None:
    """Put every file where the new folder's configuration names it."""
    data = made / DATA
    data.mkdir(parents=True)
    text = _place(unpacked, about, about.files[""]).read_text("utf-8-sig")
    said = tomllib.loads(text)
    values: dict[str, str] = {"service.data_dir": DATA}
    taken = {CONFIG, DATA}
    for key, name in sorted(about.files.items()):
        source = _place(unpacked, about, name)
        if not key:
            continue
        if name.startswith("data/"):
            source.rename(data / Path(name).name)
            continue
        file = Path(name).name
        while file in taken:
            file = f"{key.replace('.', '-')}-{file}"
        taken.add(file)
        source.rename(made / file)
        values[key] = file
    (made / CONFIG).write_text(named_anew(text, said, values), "utf-8")


def named_anew(text: str, said: dict[str, Any], values: dict[str, str]) -> str:
    """Give the text of a configuration with values of its keys changed ("table.key"), and nothing else.

    `said` is what the text says. Keys that it lacks are added to their table. Raises InputError where the result
    would say something else.
    """
    want = {k: dict(v) if isinstance(v, dict) else v for k, v in said.items()}
    for key, value in values.items():
        table, _, name = key.rpartition(".")
        (want.setdefault(table, {}) if table else want)[name] = value
    lines, table, left, out = text.splitlines(), "", dict(values), list[str]()
    for line in lines:
        if head := re.match(r"\s*\[\s*([A-Za-z_]+)\s*\]", line):
            table = head[1]
            out.append(line)
            out += [_said(name, left.pop(key)) for key, name in _lacking(left, table, said)]
            continue
        word = re.match(r"\s*([A-Za-z_]+)\s*=", line)
        key = "" if word is None else f"{table}.{word[1]}" if table else word[1]
        out.append(_said(word[1], left.pop(key)) if word is not None and key in left else line)
    for key in list(left):
        table, _, name = key.rpartition(".")
        out += [f"[{table}]", _said(name, left.pop(key))]
    new = "\n".join(out) + "\n"
    try:
        same = tomllib.loads(new) == want
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise InputError(
            f"the configuration is written in a way that cannot be changed line by line; set by hand: {values}"
        )
    return new


def _lacking(left: dict[str, str], table: str, said: dict[str, Any]) -> list[tuple[str, str]]:
    """Name the keys of a table that are to be set and that the text lacks."""
    keys = [(key, key.rpartition(".")[2]) for key in left if key.rpartition(".")[0] == table]
    return [(key, name) for key, name in keys if name not in said.get(table, {})]


def _said(name: str, value: str) -> str:
    return f"{name} = {msgspec.json.encode(value).decode()}"


def _see_store(backup: Path, path: Path) -> None:
    """Open the store as the hub will, and have SQLite look it over. Raises InputError."""
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            words = db.execute("pragma quick_check(1)").fetchone()[0]
        finally:
            db.close()
    except sqlite3.Error as error:
        words = str(error)
    if words != "ok":
        raise InputError(f"{backup}: its store is damaged: {words}")
