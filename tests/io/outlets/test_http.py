"""Requests that cannot be broken by what is put into them, and answers in any pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.io.outlets.http import basic, body_in, request, status_in, target_of


def test_an_address_is_taken_apart() -> None:
    assert target_of("https://example.org/a?b=1")[:4] == ("example.org", 443, True, "/a?b=1")
    assert target_of("http://[::1]:8080") == ("::1", 8080, False, "/", "[::1]:8080")


@pytest.mark.parametrize(
    "bad", ["ftp://x", "http://", "http://a b/", "http://x/\r\nHost: y", "x", "http://x:99999/"]
)
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        target_of(bad)


def test_a_request_says_how_long_it_is_and_ends_the_connection() -> None:
    data = request("POST", target_of("http://u:p@h:81/x"), {"Content-Type": "a/b"}, "ї".encode())
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /x HTTP/1.1"
    assert b"Host: h:81" in lines
    assert b"Content-Length: 2" in lines
    assert b"Connection: close" in lines
    assert body.decode() == "ї"


def test_a_header_cannot_begin_another() -> None:
    with pytest.raises(ValueError, match="line's end"):
        request("POST", target_of("http://h/"), {"Title": "a\r\nX: y"}, b"")


def test_a_name_and_a_password() -> None:
    assert basic("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.0 500 X\r\nA: b\r\n\r\nrest", 500),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200),
        (b"HTTP/1.1 200\r\n\r\n", 200),
    ],
)
def test_the_status_of_an_answer(data: bytes, status: int) -> None:
    assert status_in(data) == status
    for size in range(data.rindex(b"\r\n\r\n") + 3):
        assert status_in(data[:size]) in (None, status)
    assert status_in(data[: data.index(b"\r\n\r\n")]) is None


@pytest.mark.parametrize(
    "data", [b"SSH-2.0-x\r\n", b"HTTP/1.1 2x0 OK\r\n\r\n", b"HTTP/1.1 \r\n\r\n", b"A" * 70_000]
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"answer"):
        status_in(data)


@given(st.binary(max_size=100))
def test_whatever_comes_is_a_status_or_none_or_refused(data: bytes) -> None:
    try:
        found = status_in(data)
    except ValueError:
        return
    assert found is None or 200 <= found <= 999


def test_a_body_whole_chunked_and_cut_off() -> None:
    head = b"HTTP/1.1 200 OK\r\n"
    assert body_in(head + b"\r\nabc") == b"abc"
    assert body_in(head + b"Content-Length: 3\r\n\r\nabcd") == b"abc"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
    assert body_in(chunked) == b"abcd"
    for data in (head + b"Content-Length: 4\r\n\r\nabc", chunked[:-12], b"HTTP/1.1 404 X\r\n\r\n", head):
        with pytest.raises(ValueError, match=r"cut off|answered 404"):
            body_in(data)
