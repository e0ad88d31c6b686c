"""Who asks: only the very token makes an operator, and every answer allows a page nothing from elsewhere."""

from types import SimpleNamespace

import pytest
from litestar.exceptions import NotAuthorizedException

from forehear.service.endpoints.faces import face_of, operator_only, origin_of, security_headers

TOKEN = "operator-token-0123456789"


def asking(header: str | None) -> SimpleNamespace:
    headers = {} if header is None else {"authorization": header}
    hub = SimpleNamespace(token=TOKEN)
    return SimpleNamespace(headers=headers, app=SimpleNamespace(state=SimpleNamespace(hub=hub)))


def test_without_a_token_it_is_the_public() -> None:
    assert face_of(asking(None), TOKEN) == "public"  # type: ignore[arg-type]


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN} "])
def test_with_the_token_it_is_the_operator(header: str) -> None:
    assert face_of(asking(header), TOKEN) == "operator"  # type: ignore[arg-type]
    operator_only(asking(header), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ж"],
)
def test_a_wrong_token_is_refused_and_not_taken_for_the_public(header: str) -> None:
    with pytest.raises(NotAuthorizedException):
        face_of(asking(header), TOKEN)  # type: ignore[arg-type]


def test_the_operators_endpoints_refuse_the_public_with_the_cure() -> None:
    with pytest.raises(NotAuthorizedException, match="Authorization: Bearer"):
        operator_only(asking(None), None)  # type: ignore[arg-type]


def test_where_a_request_comes_from() -> None:
    assert origin_of(SimpleNamespace(client=SimpleNamespace(host="10.0.0.7"))) == "10.0.0.7"  # type: ignore[arg-type]
    assert origin_of(SimpleNamespace(client=None)) == "?"  # type: ignore[arg-type]


def test_a_page_loads_nothing_from_elsewhere_but_the_tiles_that_are_named() -> None:
    def policy(tiles: str | None) -> dict[str, list[str]]:
        headers = dict(security_headers(tiles))
        assert headers["X-Content-Type-Options"] == "nosniff"
        parts = [part.split() for part in headers["Content-Security-Policy"].split(";")]
        return {part[0]: part[1:] for part in parts}

    closed = policy(None)
    assert closed["default-src"] == ["'none'"]
    assert not any("http" in source for sources in closed.values() for source in sources)
    open_ = policy("https://tiles.example:8443/{z}/{x}/{y}.png")
    named = "https://tiles.example:8443"
    assert {name for name, sources in open_.items() if named in sources} == {"img-src", "connect-src"}
    assert open_["script-src"] == closed["script-src"] == ["'self'"]
