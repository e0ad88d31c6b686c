"""Mail servers that refuse, close and drip; tests/peers has one that is not ours."""

import asyncio
from pathlib import Path

import pytest
from tests.service.outlets.receivers import COMMON, outgoing, receiving

from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets.items import Undelivered
from forehear.service.outlets.mailing import MailCarrier


class Server:
    """A mail server by a table: command -> answer; what is not there is taken."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.commands: list[str] = []
        self.data = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.answers.get("greeting", "220 hello").encode() + b"\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            self.commands.append(command)
            word = command.split(" ")[0].split(":")[0]
            answer = self.answers.get(command, self.answers.get(word, "354 go" if word == "DATA" else "250 taken"))
            if not answer:
                return
            writer.write(answer.encode() + b"\r\n")
            if word == "DATA":
                self.data = await reader.readuntil(b"\r\n.\r\n")
                writer.write(self.answers.get("end", "250 queued").encode() + b"\r\n")


NONE = OutletSecrets()


def send(tmp_path: Path, server: Server, secrets: OutletSecrets = NONE, first: str | None = None) -> None:
    async def go() -> None:
        async with receiving(server) as receiver:
            table = OutletTable(
                "mail", "email", f"smtp://127.0.0.1:{receiver.port}", sender="forehear@hub.example",
                recipients=("a@b.example", "c@d.example"), username="me",
            )  # fmt: skip
            async with asyncio.timeout(2.0):
                await MailCarrier(table, secrets, COMMON, tmp_path, lambda _: first).alert(outgoing(1))

    asyncio.run(go())


def test_one_transaction_for_all_recipients(tmp_path: Path) -> None:
    server = Server(EHLO="250-hub\r\n250-SIZE 100\r\n250 PIPELINING")
    send(tmp_path, server)
    assert [command.split(" ")[0] for command in server.commands] == ["EHLO", "MAIL", "RCPT", "RCPT", "DATA"]
    assert server.commands[1:4] == [
        "MAIL FROM:<forehear@hub.example>", "RCPT TO:<a@b.example>", "RCPT TO:<c@d.example>"
    ]  # fmt: skip
    assert b"\r\nSubject: =?utf-8?" in server.data


def test_one_recipient_that_is_refused_holds_up_no_other(tmp_path: Path) -> None:
    server = Server(**{"RCPT TO:<a@b.example>": "550 nobody here"})
    send(tmp_path, server)
    assert server.data
    with pytest.raises(Undelivered, match="550 nobody"):
        send(tmp_path, Server(RCPT="550 nobody here"))


@pytest.mark.parametrize(
    ("answers", "words", "refused"),
    [
        ({"greeting": "421 later"}, "421 later", False),
        ({"MAIL": "550 not you"}, "550 not you", True),
        ({"end": "552 too much"}, "552 too much", True),
        ({"end": "451 later"}, "451 later", False),
        ({"EHLO": ""}, "closed in the middle", False),
        ({"EHLO": "hello?"}, "no answer of SMTP", False),
    ],
)
def test_refusals_and_failures(tmp_path: Path, answers: dict[str, str], words: str, refused: bool) -> None:
    with pytest.raises(Undelivered, match=words) as error:
        send(tmp_path, Server(**answers))
    assert error.value.refused == refused


def test_a_password_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    server = Server(EHLO="250-hub\r\n250 AUTH PLAIN")
    with pytest.raises(Undelivered, match="not sent in the clear"):
        send(tmp_path, server, OutletSecrets(password="secret"))
    assert [command.split(" ")[0] for command in server.commands] == ["EHLO"]


def test_a_server_that_drips_is_broken_off(tmp_path: Path) -> None:
    class Drips(Server):
        async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                writer.write(b"2")
                await asyncio.sleep(0.05)

    with pytest.raises((TimeoutError, Undelivered)):
        send(tmp_path, Drips())
