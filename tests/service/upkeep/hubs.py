"""A hub's folder with something in its store, for tests of what is kept of it."""

from pathlib import Path

from tests.service.stand import report, write_config

from forehear.records import Alert
from forehear.service.config import Settings, load
from forehear.service.store.store import Store


def nothing(done: float, total: float) -> None:
    """A progress that nobody watches."""


def filled(folder: Path, **tables: dict[str, object]) -> tuple[Path, Settings]:
    """Write a configuration, and a store with reports, an alert, a key and a step; gives both."""
    config = write_config(folder, **tables)
    settings = load(config)
    settings.data_dir.mkdir(parents=True)
    store = Store(settings.data_dir / "store.sqlite", writer=True)
    store.commit([report("S1", 1000.0 + k) for k in range(5)], {"S1": (17, 3)})
    store.put_key("S2", None, True, 1000.0)
    alert = Alert(1010.0, "A1", "town", "watch", 0.1, None, None, None, 1, "piston", ("T1",), "x")
    store.put_alert(alert, b"<x/>", "id-1", "sent")
    store.put_tick(1011.0, store.last_block())
    store.close()
    (settings.data_dir / "snapshot.bin").write_bytes(b"a snapshot")
    (settings.data_dir / "instance.name").write_text("abcdef\n")
    return config, settings
