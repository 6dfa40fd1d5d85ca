"""Tokens, scopes, OAuth and budgets of the simulated Mastodon."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from socialkit.sandbox import Clock, MastodonSimulator, SimRequest
from tests.sandbox.support import Caller, caller, when

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "a-verifier-that-is-long-enough-for-the-standard"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ME = "/api/v1/accounts/verify_credentials"


def register(
    anybody: Caller, uri: str = "https://app.example/back?from=login", scopes: str = "profile read write"
) -> dict[str, str]:
    app = anybody.post("/api/v1/apps", client_name="Tests", redirect_uris=uri, scopes=scopes).json
    return {"client_id": app["client_id"], "client_secret": app["client_secret"], "redirect_uri": uri}


def consent(anybody: Caller, app: dict[str, str], **more: str) -> dict[str, list[str]]:
    values = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": app["redirect_uri"],
        **more,
    }
    answer = anybody.get(f"/oauth/authorize?{urlencode(values)}")
    assert answer.status == 302
    assert answer.headers["location"].startswith("https://app.example/back?")
    return parse_qs(urlsplit(answer.headers["location"]).query)


def exchange(anybody: Caller, app: dict[str, str], code: str, **more: str) -> tuple[int, dict[str, str]]:
    answer = anybody.post("/oauth/token", grant_type="authorization_code", code=code, **app, **more)
    return answer.status, answer.json


def test_consent_ends_in_a_token_that_works(server: MastodonSimulator, anybody: Caller) -> None:
    app = register(anybody)
    back = consent(anybody, app, scope="profile write:statuses", state="kept", sandbox_account="shop")

    status, token = exchange(anybody, app, back["code"][0])
    holder = Caller(server, token["access_token"])

    assert (status, token["token_type"], token["scope"]) == (200, "Bearer", "profile write:statuses")
    assert (back["state"], back["from"]) == (["kept"], ["login"])
    assert "refresh_token" not in token
    assert holder.get(ME).json["username"] == "shop"
    assert holder.get("/oauth/userinfo").json["preferred_username"] == "shop"


def test_a_code_counts_once_for_ten_minutes_and_its_own_redirect(anybody: Caller, clock: Clock) -> None:
    app = register(anybody)
    used, old, other = (consent(anybody, app)["code"][0] for _ in range(3))
    exchange(anybody, app, used)

    assert exchange(anybody, app, used)[1]["error"] == "invalid_grant"
    assert exchange(anybody, app | {"redirect_uri": "https://evil.example"}, other)[0] == 400
    clock.advance(timedelta(minutes=11))
    assert exchange(anybody, app, old)[0] == 400


def test_a_challenged_code_needs_its_verifier(anybody: Caller) -> None:
    app = register(anybody)

    def code() -> str:
        return consent(anybody, app, code_challenge=CHALLENGE, code_challenge_method="S256")["code"][0]

    assert exchange(anybody, app, code())[0] == 400
    assert exchange(anybody, app, code(), code_verifier="wrong")[0] == 400
    assert exchange(anybody, app, code(), code_verifier=VERIFIER)[0] == 200


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "push"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_wrong_questions_are_sent_back_with_an_error(
    anybody: Caller, more: dict[str, str], error: str
) -> None:
    assert consent(anybody, register(anybody), state="kept", **more) == {
        "error": [error],
        "state": ["kept"],
        "from": ["login"],
    }


def test_unknown_clients_and_redirects_get_a_page(anybody: Caller) -> None:
    app = register(anybody)
    values = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": "https://evil.example"}

    answer = anybody.get(f"/oauth/authorize?{urlencode(values)}")

    assert (answer.status, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")


def test_codes_for_hand_copying_stand_on_a_page(anybody: Caller) -> None:
    app = register(anybody, OUT_OF_BAND)
    values = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": OUT_OF_BAND}
    page = anybody.get(f"/oauth/authorize?{urlencode(values)}").response.body.decode()

    code = page.partition("<code>")[2].partition("</code>")[0]

    assert exchange(anybody, app, code)[0] == 200


def test_applications_have_tokens_of_their_own(server: MastodonSimulator, anybody: Caller) -> None:
    app = register(anybody)
    basic = base64.b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    token = anybody.call("POST", "/oauth/token", headers=headers, grant_type="client_credentials").json
    holder = Caller(server, token["access_token"])

    assert holder.get("/api/v1/apps/verify_credentials").json["name"] == "Tests"
    assert holder.get(ME).status == 422
    assert holder.get("/api/v1/timelines/public").status == 200


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401),
        ({"grant_type": "password"}, 400),
        ({"grant_type": "client_credentials", "scope": "push"}, 400),
    ],
)
def test_tokens_are_not_given_away(anybody: Caller, values: dict[str, str], status: int) -> None:
    assert anybody.post("/oauth/token", **{**register(anybody), **values}).status == status


@pytest.mark.parametrize(
    "values",
    [
        {"redirect_uris": OUT_OF_BAND},
        {"client_name": "Tests"},
        {"client_name": "Tests", "redirect_uris": "nowhere"},
        {"client_name": "Tests", "redirect_uris": OUT_OF_BAND, "scopes": "everything"},
    ],
)
def test_incomplete_applications_are_refused(anybody: Caller, values: dict[str, str]) -> None:
    assert anybody.post("/api/v1/apps", **values).status == 422


def test_redirects_may_be_given_as_an_array(anybody: Caller) -> None:
    app = anybody.post(
        "/api/v1/apps", client_name="Tests", redirect_uris=[OUT_OF_BAND, "https://app.example/"]
    ).json

    assert app["redirect_uris"] == [OUT_OF_BAND, "https://app.example/"]
    assert app["scopes"] == ["read"]


def test_revoked_tokens_count_no_more(server: MastodonSimulator, anybody: Caller) -> None:
    app, other = register(anybody), register(anybody)
    token = exchange(anybody, app, consent(anybody, app)["code"][0])[1]["access_token"]
    secrets = {"client_id": app["client_id"], "client_secret": app["client_secret"]}

    assert anybody.post("/oauth/revoke", **other, token=token).status == 403
    assert anybody.post("/oauth/revoke", **secrets, token=token).status == 200
    assert anybody.post("/oauth/revoke", **secrets, token=token).status == 200
    assert anybody.post("/oauth/revoke", **secrets, token="never-issued").status == 200
    assert Caller(server, token).get(ME).status == 401


def test_tokens_that_ended_are_told_apart_and_replaced(server: MastodonSimulator, main: Caller) -> None:
    server.expire_token("main")
    expired = main.get(ME)
    again = caller(server)
    server.revoke_token("main")

    assert (expired.status, expired.json["error"]) == (401, "The access token expired")
    assert "invalid_token" in expired.headers["www-authenticate"]
    assert again.get(ME).json["error"] == "The access token was revoked"
    assert caller(server).get(ME).status == 200


@pytest.mark.parametrize("token", [None, "made-up"])
def test_private_routes_need_a_token_that_exists(server: MastodonSimulator, token: str | None) -> None:
    assert Caller(server, token).get("/api/v1/timelines/home").json == {
        "error": "The access token is invalid"
    }


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (("write",), 200),
        (("write:statuses",), 200),
        (("read",), 403),
        (("write:media",), 403),
        (("profile",), 403),
    ],
)
def test_tokens_do_what_their_scopes_say(
    server: MastodonSimulator, scopes: tuple[str, ...], status: int
) -> None:
    holder = Caller(server, server.issue_token(scopes=scopes))

    answer = holder.post("/api/v1/statuses", status="Hello")

    assert answer.status == status
    if status == 403:
        assert "outside the authorized scopes" in answer.json["error"]


def test_the_connection_of_an_account_stays_the_same(server: MastodonSimulator) -> None:
    assert server.connection("shop") == server.connection("shop") != server.connection("other")


def test_a_budget_runs_out_and_returns(main: Caller, friend: Caller, clock: Clock) -> None:
    answers = [main.get(ME) for _ in range(301)]

    last = answers[-1]

    assert [answer.status for answer in answers[-2:]] == [200, 429]
    assert (answers[0].headers["x-ratelimit-limit"], answers[0].headers["x-ratelimit-remaining"]) == (
        "300",
        "299",
    )
    assert last.headers["x-ratelimit-reset"] == "2026-03-02T09:05:00.000000Z"
    assert "retry-after" not in last.headers
    assert friend.get(ME).status == 200
    clock.advance(when(last.headers["x-ratelimit-reset"]) - clock.now())
    assert main.get(ME).status == 200


def test_files_and_deletions_have_budgets_of_their_own(main: Caller) -> None:
    uploads = [main.upload().status for _ in range(31)]
    ids = [main.publish(str(number))["id"] for number in range(31)]
    deletions = [main.call("DELETE", f"/api/v1/statuses/{one}") for one in ids]

    assert (uploads.count(200), uploads[-1]) == (30, 429)
    assert [answer.status for answer in deletions] == [200] * 30 + [429]
    assert deletions[0].headers["x-ratelimit-limit"] == "30"
    assert main.get(ME).status == 200


def test_three_hundred_statuses_in_three_hours_are_enough(main: Caller, clock: Clock) -> None:
    statuses: list[int] = []
    for number in range(301):
        if number % 150 == 0:
            clock.advance(timedelta(minutes=6))
        statuses.append(main.post("/api/v1/statuses", status=str(number)).status)

    assert (statuses.count(200), statuses[-1]) == (300, 429)


@pytest.mark.parametrize(
    "request_",
    [
        SimRequest.of("GET", "/"),
        SimRequest.of("PATCH", "/api/v1/statuses"),
        SimRequest.of("GET", "/api/v1/nothing"),
        SimRequest.of("GET", "/api/v1/statuses/%00"),
        SimRequest.of("POST", "/api/v1/apps", headers={"content-type": "application/json"}, body=b"\xff"),
        SimRequest.of("POST", "/api/v1/apps", headers={"content-type": "application/json"}, body=b"[1]"),
        SimRequest.of("POST", "/oauth/token", headers={"authorization": "Basic !"}),
        SimRequest.of("GET", "/api/v1/timelines/public?limit=x&max_id=y&min_id[]=z&since_id[a]=1"),
    ],
)
def test_no_input_makes_the_server_break(server: MastodonSimulator, request_: SimRequest) -> None:
    assert server.handle(request_).status in {200, 400, 401, 404, 422}
