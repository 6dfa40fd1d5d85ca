"""Sessions, app passwords and budgets of the simulated Bluesky."""

from __future__ import annotations

from datetime import timedelta

import pytest

from socialkit.sandbox import Clock, SimRequest
from socialkit.sandbox.bluesky import BlueskySimulator
from tests.sandbox.bluesky.support import BASE, CHAT, KEY, POST, Caller, caller, claims, new_network
from tests.sandbox.support import Answer

SERVER = "com.atproto.server."
ME = f"{SERVER}getSession"


def login(anybody: Caller, identifier: str, password: str) -> Answer:
    return anybody.post(f"{SERVER}createSession", identifier=identifier, password=password)


def renew(anybody: Caller, token: str | None) -> Answer:
    return anybody.post(f"{SERVER}refreshSession", headers={"Authorization": f"Bearer {token}"})


def test_a_session_says_who_it_is_and_where_their_server_is(main: Caller) -> None:
    body = main.get(ME).json

    assert (body["did"], body["handle"], body["active"]) == (main.did, main.handle, True)
    assert body["didDoc"]["id"] == main.did
    assert body["didDoc"]["alsoKnownAs"] == [f"at://{main.handle}"]
    assert body["didDoc"]["service"][0]["serviceEndpoint"] == BASE


def test_the_directory_knows_where_the_server_was_reached(main: Caller, network: BlueskySimulator) -> None:
    request = SimRequest.of("GET", f"/{main.did}", base_url="http://127.0.0.1:8000/bluesky")
    document = Answer(request, network.handle(request)).json
    unknown = main.send("GET", "/did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")

    assert document["service"][0]["serviceEndpoint"] == "http://127.0.0.1:8000/bluesky"
    assert unknown.status == 404


def test_handles_lead_to_people(anybody: Caller, main: Caller) -> None:
    found = anybody.get("com.atproto.identity.resolveHandle", handle=main.handle.upper())
    unknown = anybody.get("com.atproto.identity.resolveHandle", handle="nobody.example")

    assert found.json == {"did": main.did}
    assert (unknown.status, unknown.json["message"]) == (400, "Unable to resolve handle")


def test_tokens_say_when_they_run_out(main: Caller, clock: Clock) -> None:
    now = int(clock.now().timestamp())

    assert main.token is not None
    assert main.refresh is not None
    assert claims(main.token)["exp"] == now + 120 * 60
    assert claims(main.refresh)["exp"] == now + 90 * 24 * 3600


def test_an_access_token_runs_out_with_its_own_name(main: Caller, clock: Clock) -> None:
    clock.advance(timedelta(minutes=119))
    assert main.get(ME).status == 200

    clock.advance(timedelta(minutes=1))
    answer = main.get(ME)

    assert (answer.status, answer.json["error"]) == (400, "ExpiredToken")


@pytest.mark.parametrize(
    ("header", "status", "error"),
    [
        (None, 401, "AuthMissing"),
        ("Bearer nothing", 400, "InvalidToken"),
        ("Basic abc", 400, "InvalidToken"),
        ("Bearer a b", 400, "InvalidToken"),
    ],
)
def test_a_token_that_does_not_count_is_told_why(
    anybody: Caller, header: str | None, status: int, error: str
) -> None:
    answer = anybody.get(ME, headers={} if header is None else {"Authorization": header})

    assert (answer.status, answer.json["error"]) == (status, error)


def test_a_wrong_password_and_an_unknown_name_look_alike(anybody: Caller, main: Caller) -> None:
    wrong, unknown = login(anybody, main.handle, "wrong"), login(anybody, "nobody.example", "wrong")

    assert wrong.status == unknown.status == 401
    assert wrong.json == unknown.json


def test_a_used_refresh_token_gives_the_same_successor_for_two_hours(
    anybody: Caller, main: Caller, clock: Clock
) -> None:
    first, again = renew(anybody, main.refresh).json, renew(anybody, main.refresh).json
    clock.advance(timedelta(hours=2))
    late = renew(anybody, main.refresh)

    assert first["refreshJwt"] == again["refreshJwt"] != main.refresh
    assert first["accessJwt"] != again["accessJwt"]
    assert (late.status, late.json["error"]) == (400, "ExpiredToken")
    assert renew(anybody, first["refreshJwt"]).status == 200


def test_a_used_refresh_token_dies_at_once_when_no_grace_is_given(
    anybody: Caller, main: Caller, network: BlueskySimulator
) -> None:
    network.set_refresh_grace(timedelta())

    assert renew(anybody, main.refresh).status == 200
    assert renew(anybody, main.refresh).json["error"] == "ExpiredToken"


def test_tokens_of_one_kind_do_not_pass_for_the_other(anybody: Caller, main: Caller) -> None:
    as_access = anybody.get(ME, headers={"Authorization": f"Bearer {main.refresh}"})

    assert as_access.json["error"] == "InvalidToken"
    assert renew(anybody, main.token).json["error"] == "InvalidToken"


def test_a_refresh_has_no_body(anybody: Caller, main: Caller) -> None:
    headers = {"Authorization": f"Bearer {main.refresh}"}

    answer = anybody.post(f"{SERVER}refreshSession", headers=headers, nothing=1)

    assert (answer.status, answer.json["error"]) == (400, "InvalidRequest")


def test_a_session_that_was_ended_leaves_its_access_token_to_run_out(anybody: Caller, main: Caller) -> None:
    headers = {"Authorization": f"Bearer {main.refresh}"}

    assert anybody.post(f"{SERVER}deleteSession", headers=headers).status == 200
    assert renew(anybody, main.refresh).json["error"] == "ExpiredToken"
    assert main.get(ME).status == 200


def test_app_passwords_may_less_than_the_accounts_own(network: BlueskySimulator) -> None:
    owner = caller(network, "main", network.password())
    plain = caller(network, "main", network.app_password())
    made = owner.post(f"{SERVER}createAppPassword", name="bot").json

    assert plain.post(f"{SERVER}createAppPassword", name="other").json["message"] == "Bad token scope"
    assert caller(network, "main", made["password"]).get(ME).status == 200
    assert "bot" in {one["name"] for one in plain.get(f"{SERVER}listAppPasswords").json["passwords"]}
    assert owner.post(f"{SERVER}createAppPassword", name="bot").status == 500


def test_a_password_that_was_taken_back_ends_its_sessions(anybody: Caller, network: BlueskySimulator) -> None:
    owner = caller(network, "main", network.password())
    made = owner.post(f"{SERVER}createAppPassword", name="bot").json["password"]
    bot = caller(network, "main", made)
    owner.post(f"{SERVER}revokeAppPassword", name="bot")

    assert renew(anybody, bot.refresh).json["error"] == "ExpiredToken"
    assert login(anybody, owner.handle, made).status == 401


def test_private_messages_ask_for_a_privileged_password(network: BlueskySimulator) -> None:
    convos = "chat.bsky.convo.listConvos"
    plain, privileged = caller(network, "main", network.app_password()), caller(network)

    assert plain.get(convos, headers=CHAT).json["message"] == "Bad token method"
    assert privileged.get(convos, headers=CHAT).status == 200
    assert privileged.get(convos).json["error"] == "MethodNotImplemented"


def test_logging_in_is_limited(anybody: Caller, main: Caller, clock: Clock) -> None:
    answers = [login(anybody, main.handle, "wrong") for _ in range(30)]
    last = answers[-1].headers
    ends = int(clock.now().timestamp()) + 300

    assert {answer.status for answer in answers[:29]} == {401}
    assert answers[29].status == 429
    assert answers[29].json == {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    assert (last["ratelimit-limit"], last["ratelimit-remaining"]) == ("30", "0")
    assert (last["ratelimit-reset"], last["ratelimit-policy"]) == (str(ends), "30;w=300")
    assert last["retry-after"] == "300"
    assert login(anybody, "other.example", "wrong").status == 401

    clock.advance(300)
    assert login(anybody, main.handle, "wrong").headers["ratelimit-remaining"] == "29"


def test_writes_cost_points(main: Caller) -> None:
    first = main.create({"text": "One"})
    second = main.put(KEY, {"text": "Two"})
    third = main.delete(f"at://{main.did}/{POST}/{KEY}")

    left = [int(one.headers["ratelimit-remaining"]) for one in (first, second, third)]
    assert left == [4997, 4995, 4994]
    assert first.headers["ratelimit-policy"] == "5000;w=3600"


def test_reads_count_against_the_whole_address(main: Caller, friend: Caller) -> None:
    before, after = main.get(ME).headers, friend.get(ME).headers

    assert before["ratelimit-limit"] == "3000"
    assert int(before["ratelimit-remaining"]) - int(after["ratelimit-remaining"]) == 1


def test_sessions_are_spoilt_to_order(network: BlueskySimulator, anybody: Caller) -> None:
    main, friend = caller(network), caller(network, "friend")
    network.expire_session()

    assert main.get(ME).json["error"] == "ExpiredToken"
    assert friend.get(ME).status == 200
    fresh = renew(anybody, main.refresh).json["accessJwt"]
    assert anybody.get(ME, headers={"Authorization": f"Bearer {fresh}"}).status == 200

    network.revoke()
    assert renew(anybody, main.refresh).json["error"] == "ExpiredToken"
    assert anybody.get(ME, headers={"Authorization": f"Bearer {fresh}"}).json["error"] == "InvalidToken"
    assert caller(network).get(ME).status == 200


def test_methods_nobody_knows_are_not_implemented(main: Caller, anybody: Caller) -> None:
    unknown = main.get("app.bsky.nothing.getNothing")

    assert (unknown.status, unknown.json["error"]) == (501, "MethodNotImplemented")
    assert anybody.get("app.bsky.nothing.getNothing").json["error"] == "AuthMissing"
    assert main.post(ME, nothing=1).json["message"] == "Incorrect HTTP method (POST) expected GET"


def test_reads_need_a_token_except_on_the_public_host(anybody: Caller, network: BlueskySimulator) -> None:
    profile, search = "app.bsky.actor.getProfile", "app.bsky.feed.searchPosts"
    someone = network.connection("main")["identifier"]

    assert anybody.get(profile, actor=someone).json["error"] == "AuthMissing"
    network.set_public_reads()
    shown = anybody.get(profile, actor=someone)

    assert shown.status == 200
    assert "viewer" not in shown.json
    assert anybody.get(search, q="tea").status == 403
    assert anybody.get("app.bsky.feed.getTimeline").status == 401


class TestAdmission:
    """Credentials of an application that knows nothing of the sandbox."""

    def ask(self, network: BlueskySimulator, request: SimRequest) -> Answer:
        network.admit(request)
        return Answer(request, network.handle(request))

    def log_in(self, network: BlueskySimulator, identifier: str) -> Answer:
        body = f'{{"identifier": "{identifier}", "password": "not-a-real-one"}}'.encode()
        headers = {"Content-Type": "application/json"}
        target = f"/xrpc/{SERVER}createSession"
        return self.ask(network, SimRequest.of("POST", target, headers=headers, body=body))

    def whoami(self, network: BlueskySimulator, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        return self.ask(network, SimRequest.of("GET", f"/xrpc/{ME}", headers=headers))

    def test_the_first_login_is_mains_and_keeps_its_handle(self, network: BlueskySimulator) -> None:
        first, second = self.log_in(network, "shop.example"), self.log_in(network, "other.example")

        assert (first.status, first.json["handle"]) == (200, "shop.example")
        assert first.json["did"] == network.did("main")
        assert second.json["did"] not in {network.did("main")}
        assert self.log_in(network, "shop.example").json["did"] == network.did("main")

    def test_a_known_name_keeps_its_passwords(self, network: BlueskySimulator) -> None:
        handle = network.connection("main")["identifier"]

        assert self.log_in(network, handle).status == 401

    def test_unknown_tokens_are_accounts_and_revoked_ones_stay_revoked(
        self, network: BlueskySimulator
    ) -> None:
        first, second = self.whoami(network, "one").json, self.whoami(network, "two").json
        network.revoke()

        assert first["did"] == network.did("main") != second["did"]
        assert self.whoami(network, "one").json["error"] == "InvalidToken"

    def test_a_kept_session_keeps_its_identifier(self) -> None:
        elsewhere, here = new_network(seed=1), new_network(seed=2)
        token = caller(elsewhere).token or ""

        assert self.whoami(here, token).json["did"] == elsewhere.did("main") == here.did("main")
