"""E-mails, taken by aiosmtpd: the whole way from an outlet's worker to what stands in the mailbox."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.peers.environments import judge
from tests.service.outlets.receivers import COMMON, outgoing, outlet, running, until

from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets.mailing import MailCarrier

pytestmark = [pytest.mark.peer, pytest.mark.slow]


def test_a_thread_of_messages_in_a_mailbox(tmp_path: Path) -> None:
    process = judge("receivers", "receivers", "mail", "3")
    assert process.stdout is not None
    port = json.loads(process.stdout.readline())["port"]
    table = OutletTable(
        "mail", "email", f"smtp://127.0.0.1:{port}", sender="forehear@hub.example",
        recipients=("a@b.example", "c@d.example"),
    )  # fmt: skip
    items = [outgoing(k, state) for k, state in enumerate(("watch", "warning", "cancelled"), 1)]
    carrier = MailCarrier(table, OutletSecrets(), COMMON, tmp_path, lambda _: items[0].identifier)

    async def go() -> None:
        one = outlet(tmp_path, carrier, table)
        async with running(one):
            for k, item in enumerate(items, 1):
                one.offer(item)
                await until(lambda k=k: one.log.counts["alerts"] == k)  # type: ignore[misc]

    asyncio.run(go())
    out, words = process.communicate(timeout=60.0)
    assert process.returncode == 0, words.decode()
    seen = [json.loads(line) for line in out.splitlines()]
    assert len(seen) == 3
    assert all(one["to"] == ["a@b.example", "c@d.example"] for one in seen)
    assert all(one["subject"].startswith("НАВЧАННЯ. Одеса") for one in seen)
    assert len({one["id"] for one in seen}) == 3
    assert [one["references"] for one in seen] == [None, seen[0]["id"], seen[0]["id"]]
    assert "Негайно пройдіть в укриття" in seen[1]["text"]
