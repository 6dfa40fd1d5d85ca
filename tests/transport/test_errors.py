from __future__ import annotations

import pickle
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentRejectedError,
    MissingScopeError,
    NoSuchCallError,
    NotFoundError,
    NotSupportedError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    SocialKitError,
    TokenExpiredError,
    UnexpectedResponseError,
)
from socialkit.transport import (
    ErrorBody,
    ErrorTable,
    Request,
    Response,
    Secret,
    classify,
    describe,
    parse_retry_after,
    read_error_body,
)
from tests.transport.fakes import NOON, json_answer

ASKED = Request(method="POST", url="https://pixelwall.example/v2/pins", operation="posts.publish")
TABLE = ErrorTable(
    codes={"190": TokenExpiredError, "368": ContentRejectedError, "quota_spent": RateLimitedError},
    statuses={420: RateLimitedError},
    ambiguous=frozenset({"4/2207051"}),
)


def told(response: Response, table: ErrorTable = TABLE, request: Request = ASKED) -> SocialKitError | None:
    secrets = (Secret("planted-token"),)
    return classify(response, request, table, platform="pixelwall", now=NOON, secrets=secrets)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (405, NoSuchCallError),
        (409, ConflictError),
        (410, NotFoundError),
        (418, BadRequestError),
        (420, RateLimitedError),
        (422, BadRequestError),
        (429, RateLimitedError),
        (500, ServerError),
        (501, ServerError),
        (503, ServerError),
        (599, ServerError),
        (301, UnexpectedResponseError),
        (304, UnexpectedResponseError),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"<html>oops</html>", b'{"error": {"mess', b"\xff\xfe", b"null", b"[]", b'{"a": 1}']
)
def test_a_status_gives_the_class_whatever_the_body(
    status: int, kind: type[SocialKitError], body: bytes
) -> None:
    error = told(Response(status, {}, body))

    assert error is not None
    assert type(error) is kind
    assert error.platform == "pixelwall"
    assert error.operation == "posts.publish"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("190", TokenExpiredError),
        ("190/463", TokenExpiredError),
        ("368", ContentRejectedError),
        ("quota_spent", RateLimitedError),
        ("unheard_of", BadRequestError),
    ],
)
def test_the_bodys_code_wins_over_the_status(code: str, kind: type[APIError]) -> None:
    error = told(json_answer({"error": {"message": "Non", "code": code}}, 400))

    assert type(error) is kind
    assert isinstance(error, APIError)
    assert error.code == code


def test_a_success_is_no_error() -> None:
    assert told(json_answer({"error": "a post about an error"}, 200)) is None
    assert told(Response(308, {}, b""), request=ASKED.replace(accepts=frozenset({308}))) is None


def test_an_error_inside_a_success_is_found_where_the_platform_does_that() -> None:
    table = ErrorTable(codes={"190": TokenExpiredError}, errors_in_success=True, read=read_ok)

    assert type(told(json_answer({"ok": False, "code": 190}), table)) is TokenExpiredError
    assert type(told(json_answer({"ok": False, "code": 7}), table)) is BadRequestError
    assert told(json_answer({"ok": True}), table) is None
    assert told(Response(204, {}, b""), table) is None
    left = ASKED.replace(accepts=frozenset({401}))
    assert told(json_answer({"ok": False, "code": 190}, 401), table, request=left) is None


def read_ok(response: Response) -> ErrorBody | None:
    document = response.json()
    assert isinstance(document, dict)
    return None if document["ok"] else ErrorBody("Refused", str(document["code"]))


def test_an_error_says_what_support_asks_for() -> None:
    response = json_answer({"error": {"message": "Slow down", "code": 4}}, 429, {"x-fb-trace-id": "AbC"})

    assert str(told(response)) == "pixelwall posts.publish: Slow down (status 429, code 4, request AbC)"


def test_secrets_are_masked_in_message_and_body() -> None:
    error = told(json_answer({"error": {"message": "Bad planted-token", "code": "planted-token"}}, 401))

    assert isinstance(error, APIError)
    assert "planted" not in str(error) + repr(error.body) + repr(error.code)
    assert error.message == "Bad ***"


def test_missing_scopes_are_named() -> None:
    table = ErrorTable(codes={"10": MissingScopeError}, read=lambda _: ErrorBody("No", "10", ("pins:write",)))
    error = told(Response(403, {}, b"{}"), table)

    assert isinstance(error, MissingScopeError)
    assert error.scopes == ("pins:write",)


@pytest.mark.parametrize(
    ("granted", "kind", "scopes"),
    [
        ((), MissingScopeError, ("pins:read", "pins:write")),
        (("pins:read",), MissingScopeError, ("pins:write",)),
        (("pins:read", "pins:write"), PermissionDeniedError, None),
    ],
)
def test_a_scope_that_was_granted_is_not_missing(
    granted: tuple[str, ...], kind: type[APIError], scopes: tuple[str, ...] | None
) -> None:
    table = ErrorTable(
        codes={"10": MissingScopeError},
        read=lambda _: ErrorBody("No", "10"),
        scopes={"posts.publish": ("pins:read", "pins:write")},
    )
    error = classify(
        Response(403, {}, b"{}"), ASKED, table, platform=None, now=NOON, lacks=lambda one: one not in granted
    )

    assert type(error) is kind
    assert getattr(error, "scopes", None) == scopes


def test_a_call_that_the_server_does_not_know_is_a_refusal_and_not_supported() -> None:
    table = ErrorTable(codes={"MethodNotImplemented": NoSuchCallError})
    error = told(json_answer({"error": "MethodNotImplemented", "message": "No"}, 501), table)

    assert isinstance(error, NoSuchCallError)
    assert isinstance(error, NotSupportedError)
    assert (error.status, error.code, error.instead) == (501, "MethodNotImplemented", None)
    assert (error.written, error.repeatable) == (False, False)
    assert str(error) == "pixelwall posts.publish: No (status 501, code MethodNotImplemented)"
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


@pytest.mark.parametrize(
    "text", ["30", "30.0", " 30", "Sun, 01 Mar 2026 12:00:30 GMT", "Sun, 01 Mar 2026 12:00:30"]
)
def test_the_wait_that_is_asked_for_is_read(text: str) -> None:
    error = told(Response(429, {"retry-after": text}, b""))

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == timedelta(seconds=30)
    assert error.resets_at == NOON + timedelta(seconds=30)


def test_a_wait_in_the_body_wins() -> None:
    table = ErrorTable(read=lambda _: ErrorBody("No", retry_after=timedelta(seconds=5)))
    error = told(Response(429, {"retry-after": "30"}, b""), table)

    assert error is not None
    assert error.retry_after == timedelta(seconds=5)


@pytest.mark.parametrize("text", ["", "later", "nan", "inf", "1e99", "9999999", "Sun, 99 Mar 2026"])
def test_a_wait_that_means_nothing_is_ignored(text: str) -> None:
    assert parse_retry_after(text, NOON) is None


def test_a_wait_in_the_past_is_none_at_all() -> None:
    assert parse_retry_after("-3", NOON) == timedelta(0)
    assert parse_retry_after("Sun, 01 Mar 2020 12:00:30 GMT", NOON) == timedelta(0)


def test_a_redirect_says_where_to_without_its_secrets() -> None:
    error = told(Response(301, {"location": "https://m.example/pins?access_token=planted-other"}, b""))

    assert isinstance(error, UnexpectedResponseError)
    assert error.message == "the platform redirects to https://m.example/pins?access_token=***"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "an empty body"),
        (b"  ", "an empty body"),
        (b"<!doctype html>", "an HTML page"),
        (b'{"error": ', "a truncated JSON document"),
        (b"upstream timed out", "something that is not JSON"),
        (b"[" * 100_000, "a truncated JSON document"),
        (b"{}", "JSON without an explanation"),
    ],
)
def test_what_came_is_said_in_words(body: bytes, words: str) -> None:
    error = told(Response(502, {}, body))

    assert describe(Response(502, {}, body)) == words
    assert error is not None
    assert error.message == f"the platform answered with {words}"


@pytest.mark.parametrize(
    ("document", "message", "code"),
    [
        ({"error": "Record not found"}, "Record not found", "Record not found"),
        ({"error": "invalid_grant", "error_description": "Out of date"}, "Out of date", "invalid_grant"),
        ({"error": {"message": "No", "code": 190}}, "No", "190"),
        ({"errors": [{"title": "Forbidden", "detail": "Not yours", "code": "x1"}]}, "Not yours", "x1"),
        ({"error": "InvalidToken", "message": "Token is bad"}, "Token is bad", "InvalidToken"),
        ({"meta": {"error_type": "x", "error_message": "No"}}, "No", None),
    ],
)
def test_the_usual_shapes_are_read(document: dict[str, object], message: str, code: str | None) -> None:
    assert read_error_body(json_answer(document)) == ErrorBody(message, code)


def test_ambiguous_codes_are_known_with_their_subcode() -> None:
    assert TABLE.leaves_open(BadRequestError("", status=400, code="4/2207051"))
    assert not TABLE.leaves_open(BadRequestError("", status=400, code="4"))
    assert not TABLE.leaves_open(BadRequestError("", status=400))


@given(status=st.integers(300, 599), body=st.binary(), wait=st.text(), content_type=st.text())
def test_no_answer_makes_classifying_fail(status: int, body: bytes, wait: str, content_type: str) -> None:
    error = told(
        Response(status, {"retry-after": wait, "content-type": content_type, "location": wait}, body)
    )

    assert isinstance(error, APIError | UnexpectedResponseError)
    assert str(error)
