"""The word to systemd: a datagram to the socket that the environment names, and no trouble where there is none."""

import socket
from pathlib import Path

import pytest

from forehear.service.notify import notify


def test_the_words_reach_the_socket_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind(str(tmp_path / "s"))
        one.settimeout(5.0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "s"))
        assert notify("READY=1")
        assert one.recv(100) == b"READY=1"


def test_an_abstract_socket_is_named_with_an_at(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind("\0forehear-test-notify")
        one.settimeout(5.0)
        monkeypatch.setenv("NOTIFY_SOCKET", "@forehear-test-notify")
        assert notify("WATCHDOG=1")
        assert one.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", [None, "/nowhere/at/all"])
def test_nobody_to_say_it_to_is_no_trouble(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    assert not notify("READY=1")
