from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from socialkit.auth import WireToken, read_token, refresh_request
from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    UnexpectedResponseError,
)
from socialkit.transport import Response, Secret
from tests.auth.support import NOON, shown


def answer(status: int, body: object) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {}, content)


def test_tokens_are_read_and_what_is_unknown_is_kept() -> None:
    token = read_token(
        answer(
            200,
            {
                "access_token": "access-1",
                "token_type": "Bearer",
                "expires_in": "3600",
                "refresh_token": "refresh-1",
                "refresh_token_expires_in": 7_200,
                "scope": "read write:posts",
                "created_at": 1_772_366_400,
                "open_id": "7",
            },
        )
    )
    stored = token.to_stored(NOON, account_id="7")

    assert token.created_at == NOON
    assert (token.model_extra or {})["open_id"] == "7"
    assert (stored.access_token, stored.refresh_token) == (Secret("access-1"), Secret("refresh-1"))
    assert stored.expires_at == NOON + timedelta(hours=1)
    assert stored.refresh_expires_at == NOON + timedelta(hours=2)
    assert (stored.scopes, stored.account_id) == (("read", "write:posts"), "7")


@pytest.mark.parametrize(
    "changes",
    [{}, {"expires_in": None, "refresh_token": None}, {"expires_in": 0, "refresh_token": "", "scope": ""}],
)
def test_what_an_answer_does_not_say_is_absent(changes: dict[str, Any]) -> None:
    stored = read_token(answer(200, {"access_token": "access-1"} | changes)).to_stored(NOON)

    assert (stored.expires_at, stored.refresh_token, stored.scopes) == (None, None, ())


@pytest.mark.parametrize("scope", ["read,write", "read write", ["read", "write"]])
def test_scopes_come_in_several_shapes(scope: object) -> None:
    assert read_token(answer(200, {"access_token": "access-1", "scope": scope})).scope == ("read", "write")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "invalid_grant", AuthenticationError),
        (401, "invalid_grant", AuthenticationError),
        (401, None, AuthenticationError),
        (400, "invalid_request", BadRequestError),
        (200, "bad_verification_code", BadRequestError),
        (401, "invalid_client", ConfigurationError),
        (400, "unauthorized_client", ConfigurationError),
        (403, None, PermissionDeniedError),
        (429, None, RateLimitedError),
        (503, None, ServerError),
    ],
)
def test_refusals_are_told_apart(status: int, code: str | None, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        read_token(answer(status, {"error": code} if code else b"<html>"), platform="pixelwall")

    assert type(caught.value) is kind
    assert "pixelwall" in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>", b"[]", {"access_token": ""}, {"access_token": 5}, {"data": {}}])
def test_answer_without_tokens_is_unexpected(body: object) -> None:
    with pytest.raises(UnexpectedResponseError, match="no token"):
        read_token(answer(200, body))


def test_error_masks_what_was_asked() -> None:
    request = refresh_request("https://pixelwall.example/token", Secret("planted-refresh"))
    words = "no such token: planted-refresh"

    with pytest.raises(AuthenticationError) as caught:
        read_token(answer(400, {"error": "invalid_grant", "error_description": words}), request)

    assert "no such token: ***" in str(caught.value)
    assert "planted-refresh" not in shown(caught.value)


def read_a_planted_answer() -> WireToken:
    body = {"access_token": ["planted-token"], "id_token": "planted-token", "expires_in": "soon"}
    return read_token(answer(200, body))


def test_unexpected_answer_shows_no_token_in_a_traceback_with_locals() -> None:
    with pytest.raises(UnexpectedResponseError) as caught:
        read_a_planted_answer()

    assert "planted-token" not in shown(caught.value)


def test_tokens_show_themselves_nowhere() -> None:
    token = read_token(
        answer(200, {"access_token": "planted-1", "refresh_token": "planted-2", "id_token": "planted-3"})
    )

    assert "planted" not in f"{token!r} {token}"
    assert "planted-1" not in token.model_dump_json(include={"access_token", "refresh_token"})
