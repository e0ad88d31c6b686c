"""Reports posted to a hub: where they go, with which words, and what comes back whatever it answers."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from forehear.errors import InputError
from forehear.io.posting import LINES, MOST_ANSWER, poster


class Hub(HTTPServer):
    """Keeps what it was asked, and answers as it is told."""

    asked: list[tuple[str, str | None, bytes]]
    answers: tuple[int, bytes]


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers["Content-Type"], body))
        status, answer = self.server.answers
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(("127.0.0.1", 0), _Handler) as server:
        server.asked, server.answers = [], (200, b"{}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("ending", ["", "/", "//"])
def test_lines_go_to_the_hubs_endpoint(hub: Hub, ending: str) -> None:
    post = poster(f"http://127.0.0.1:{hub.server_port}{ending}", proxies=False)
    assert post(b"{}\n") == (200, b"{}")
    assert hub.asked == [("/v1/reports", LINES["Content-Type"], b"{}\n")]


@pytest.mark.parametrize("path", ["/below", "/below/"])
def test_a_hub_below_a_path_is_found_there(hub: Hub, path: str) -> None:
    poster(f"http://127.0.0.1:{hub.server_port}{path}", proxies=False)(b"x")
    assert hub.asked[0][0] == "/below/v1/reports"


@pytest.mark.parametrize("status", [400, 401, 429, 503, 507])
def test_a_refusal_is_an_answer_and_no_fault(hub: Hub, status: int) -> None:
    hub.answers = (status, b'{"detail":"no"}')
    assert poster(f"http://127.0.0.1:{hub.server_port}", proxies=False)(b"x") == (status, b'{"detail":"no"}')


def test_of_an_endless_answer_no_more_is_read_than_is_of_use(hub: Hub) -> None:
    hub.answers = (200, b"x" * (MOST_ANSWER + 1000))
    assert len(poster(f"http://127.0.0.1:{hub.server_port}", proxies=False)(b"x")[1]) == MOST_ANSWER


def test_without_a_hub_it_is_an_error_of_the_line(hub: Hub) -> None:
    with pytest.raises(OSError, match="refused"):
        poster("http://127.0.0.1:9", timeout_s=2.0, proxies=False)(b"x")


def test_proxies_of_the_environment_are_only_used_where_asked(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    address = f"http://127.0.0.1:{hub.server_port}"
    assert poster(address, proxies=False)(b"x")[0] == 200
    with pytest.raises(OSError, match="refused"):
        poster(address)(b"x")


@pytest.mark.parametrize("url", ["hub.example", "ftp://hub.example", "", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="allowed: http://"):
        poster(url)
