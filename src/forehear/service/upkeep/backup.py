"""Everything that a hub knows, as one file, while it runs.

Theory of operation. A hub is its configuration, the files that it names, and its data folder: the store (what was
acknowledged, alerts, keys, revocations), the lasting snapshot, and two secrets. The snapshot is put in place at
once, so a plain copy of it is whole. It is copied first and the store after it: then the store has every step
since the snapshot, and a restored hub takes them again and is where it was. The store is copied by SQLite itself
within one read transaction, which holds up no writer and sees one moment only.

The file is a tar: a first member that says what it is, the files, and last the checksum of each. What was cut off
has no last member, so nothing half is taken for whole. It holds the operator's token: only its owner may read it.
"""

import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from forehear import __version__
from forehear.errors import InputError
from forehear.service.config import Settings
from forehear.service.store.schema import VERSION as STORE_VERSION

# The version of the file; another is refused.
VERSION = 1
FIRST, LAST = "forehear-backup.json", "checksums.json"
# Pages of the store that are copied at once: 4 MB, so that progress is seen.
PAGES = 1000
# Of the data folder, beside the store: the snapshot, and the secrets that the hub made.
SNAPSHOT, STORE, MADE = "snapshot.bin", "store.sqlite", ("instance.name", "operator.token")
READ_BYTES = 1 << 20


class BackupHeader(msgspec.Struct, frozen=True):
    """The first member: what this is, of when and of which program, and where its files belong."""

    version: int
    made_at_s: float
    program: str
    store_version: int
    config: str
    data_dir: str
    # Key of the configuration ("" for itself) or file of the data folder -> the path within the tar.
    files: dict[str, str]


class Kept(NamedTuple):
    """One file to keep: its name within the tar, and where it is now."""

    name: str
    path: Path


def named_files(settings: Settings) -> dict[str, Path]:
    """Give every file that a configuration names, by the key that names it."""
    c = settings.config
    keys = {
        "network": c.network, "sites": c.sites, "operator.token_file": c.operator.token_file,
        "mqtt.password_file": c.mqtt.password_file, "mqtt.ca_file": c.mqtt.ca_file,
        "mqtt.cert_file": c.mqtt.cert_file, "mqtt.key_file": c.mqtt.key_file,
    }  # fmt: skip
    return {key: settings.folder / file for key, file in keys.items() if file is not None}


def write(
    settings: Settings, config: Path, out: Path, made_at_s: float, progress: Callable[[float, float], None]
) -> int:
    """Write a hub's backup; gives its size [bytes]. `progress` is handed how much of the store is copied, and all.

    Raises InputError where a file cannot be read, the store is none, or `out` is there already or cannot be
    written; then there is no `out`.
    """
    if out.exists():
        raise InputError(f"{out}: is there already; a backup never writes over another")
    try:
        with tempfile.TemporaryDirectory(prefix=".forehear-backup-", dir=out.parent) as scratch:
            part = Path(scratch) / "part"
            _write(settings, config, part, made_at_s, progress)
            size = part.stat().st_size
            os.link(part, out)
    except sqlite3.Error as error:
        raise InputError(f"{settings.data_dir / STORE}: cannot be copied: {error}") from None
    except OSError as error:
        raise InputError(f"{error.filename or out}: {error.strerror or error}") from None
    return size


def _write(
    settings: Settings, config: Path, part: Path, made_at_s: float, progress: Callable[[float, float], None]
) -> None:
    data = settings.data_dir
    scratch = part.parent
    kept = [Kept("config/forehear.toml", config)]
    files = {"": kept[0].name}
    for key, path in named_files(settings).items():
        kept.append(Kept(f"config/{key}/{path.name}", path))
        files[key] = kept[-1].name
    # The snapshot before the store, see above.
    for file in (SNAPSHOT, *MADE):
        if (data / file).exists():
            copy = scratch / file
            copy.write_bytes((data / file).read_bytes())
            kept.append(Kept(f"data/{file}", copy))
            files[file] = kept[-1].name
    if not (data / STORE).exists():
        raise InputError(f"{data / STORE}: is not there; a hub that never ran has nothing to keep")
    copy_store(data / STORE, scratch / STORE, progress)
    kept.append(Kept(f"data/{STORE}", scratch / STORE))
    files[STORE] = kept[-1].name
    about = BackupHeader(
        VERSION, made_at_s, __version__, STORE_VERSION, str(settings.folder), str(data), files
    )  # fmt: skip
    checksums: dict[str, str] = {}
    with (
        os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        _add_bytes(tar, FIRST, msgspec.json.format(msgspec.json.encode(about)), made_at_s)
        for one in kept:
            with one.path.open("rb") as source:
                hashed = _Hashed(source)
                tar.addfile(_entry(one.name, os.fstat(source.fileno()).st_size, made_at_s), hashed)
                checksums[one.name] = hashed.digest.hexdigest()
        _add_bytes(tar, LAST, msgspec.json.format(msgspec.json.encode(checksums)), made_at_s)
        tar.close()
        out.flush()
        os.fsync(out.fileno())


def copy_store(path: Path, out: Path, progress: Callable[[float, float], None]) -> None:
    """Copy a store as it is at one moment, whoever writes to it meanwhile. Raises sqlite3.Error."""
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10.0, isolation_level=None)
    try:
        # The transaction that the copy sees; without it a copy begins anew with every commit of the writer.
        source.execute("begin")
        source.execute("select count(*) from meta").fetchone()
        copied = sqlite3.connect(out)
        try:
            source.backup(
                copied, pages=PAGES, progress=lambda _, left, total: progress(total - left, total), sleep=0.0
            )
            copied.execute("pragma journal_mode=delete")
        finally:
            copied.close()
    finally:
        source.close()


class _Hashed(io.RawIOBase):
    """A file that notes the checksum of what is read of it: a store of 20 GB is not read twice."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        body = self._source.read(size)
        self.digest.update(body)
        return body


def checksum(read: Callable[[int], bytes]) -> str:
    """Give the SHA-256 of what can be read, in hexadecimal digits."""
    digest = hashlib.sha256()
    while body := read(READ_BYTES):
        digest.update(body)
    return digest.hexdigest()


def _entry(name: str, size: int, made_at_s: float) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, int(made_at_s), 0o600
    return info


def _add_bytes(tar: tarfile.TarFile, name: str, body: bytes, made_at_s: float) -> None:
    tar.addfile(_entry(name, len(body), made_at_s), io.BytesIO(body))
