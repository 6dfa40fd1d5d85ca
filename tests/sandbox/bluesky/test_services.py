"""Videos, private messages and OAuth of the simulated Bluesky, and its place in a world."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from socialkit.sandbox import Clock, SimRequest
from socialkit.sandbox.bluesky import BlueskySimulator
from socialkit.sandbox.bluesky import _es256 as curve
from tests.sandbox.bluesky.support import (
    BASE,
    CHAT,
    FILM,
    GATE,
    KEY,
    LIKE,
    POST,
    WHEN,
    Caller,
    Key,
    caller,
    claims,
    decode,
    sign,
)
from tests.sandbox.bluesky.walk import VERIFIER, bound, login
from tests.sandbox.support import Answer

VIDEO, CONVO = "app.bsky.video.", "chat.bsky.convo."


def status(who: Caller, job: str) -> dict[str, Any]:
    found: dict[str, Any] = who.get(f"{VIDEO}getJobStatus", jobId=job).json["jobStatus"]
    return found


class TestVideos:
    """The service that works on films."""

    def test_a_film_is_ready_when_the_clock_says_so(self, main: Caller, clock: Clock) -> None:
        job = main.film().json["jobId"]
        states: list[str] = []
        for _ in range(3):
            states.append(status(main, job)["state"])
            clock.advance(5)

        assert states == ["JOB_STATE_CREATED", "JOB_STATE_ENCODING", "JOB_STATE_COMPLETED"]
        blob = status(main, job)["blob"]
        film = {"$type": "app.bsky.embed.video", "video": blob, "alt": "A film"}
        assert main.create({"text": "Film", "embed": film}).status == 200
        assert [one.media[0].kind for one in main.network.posts()] == ["video"]

    def test_an_upload_is_answered_bare_or_as_its_lexicon_says(
        self, main: Caller, network: BlueskySimulator
    ) -> None:
        assert main.film().json["state"] == "JOB_STATE_CREATED"
        network.set_wrapped_job_status()

        assert main.film(FILM + b"2").json["jobStatus"]["state"] == "JOB_STATE_CREATED"

    def test_without_a_service_its_token_does_not_count(
        self, main: Caller, network: BlueskySimulator
    ) -> None:
        network.set_video_service(served=False)
        limits = main.get("app.bsky.video.getUploadLimits")

        assert (main.film().status, main.film().json["error"]) == (400, "InvalidToken")
        assert (limits.status, limits.json["error"]) == (501, "MethodNotImplemented")

    def test_the_same_film_again_is_a_conflict_that_names_the_job(self, main: Caller, clock: Clock) -> None:
        job = main.film().json["jobId"]
        clock.advance(10)
        again = main.film()

        assert (again.status, again.json["error"], again.json["jobId"]) == (409, "already_exists", job)
        assert "blob" in status(main, job)

    def test_a_film_can_fail_and_be_tried_again(
        self, main: Caller, network: BlueskySimulator, clock: Clock
    ) -> None:
        network.fail_processing()
        job = main.film().json["jobId"]
        clock.advance(10)

        assert status(main, job)["state"] == "JOB_STATE_FAILED"
        assert "blob" not in status(main, job)
        assert main.film().json["jobId"] != job

    def test_the_service_asks_for_its_own_token(self, main: Caller, clock: Clock) -> None:
        headers = {"Content-Type": "video/mp4"}
        target = f"/xrpc/{VIDEO}uploadVideo?did={main.did}&name=film.mp4"
        method = main.service(f"{VIDEO}getUploadLimits")
        audience = main.service("com.atproto.repo.uploadBlob", "did:web:elsewhere.example")
        late = main.service("com.atproto.repo.uploadBlob")

        def refused(more: dict[str, str]) -> str:
            error: str = main.send("POST", target, headers=headers | more, body=FILM).json["error"]
            return error

        assert refused({}) == "BadJwtAudience"
        assert refused(method) == "BadJwtLexiconMethod"
        assert refused(audience) == "BadJwtAudience"
        clock.advance(61)
        assert refused(late) == "JwtExpired"

    def test_service_tokens_live_as_long_as_they_are_asked_for(self, main: Caller, clock: Clock) -> None:
        nsid, aud = "com.atproto.server.getServiceAuth", "did:web:bluesky.sandbox.example"
        now = int(clock.now().timestamp())
        lxm = "com.atproto.repo.uploadBlob"
        long = main.get(nsid, aud=aud, lxm=lxm, exp=now + 1800).json["token"]

        assert (claims(long)["exp"], claims(long)["iss"]) == (now + 1800, main.did)
        for life in (-1, 3601):
            assert main.get(nsid, aud=aud, lxm=lxm, exp=now + life).json["error"] == "BadExpiration"
        assert main.get(nsid, aud=aud, exp=now + 90).json["error"] == "BadExpiration"
        assert main.get(nsid, aud="nobody").status == 400

    def test_uploads_have_a_daily_limit(self, main: Caller, clock: Clock) -> None:
        def limits() -> dict[str, Any]:
            headers = main.service(f"{VIDEO}getUploadLimits", "did:web:video.bsky.app")
            found: dict[str, Any] = main.get(f"{VIDEO}getUploadLimits", headers=headers).json
            return found

        for number in range(25):
            assert main.film(FILM + bytes([number])).status == 200
        assert (limits()["canUpload"], limits()["remainingDailyVideos"]) == (False, 0)
        assert main.film(FILM + b"more").status == 400

        clock.advance(timedelta(minutes=110))
        assert limits()["canUpload"] is False

    def test_the_service_wants_a_confirmed_address(self, main: Caller, network: BlueskySimulator) -> None:
        network.unconfirm_email()
        answer = main.film()

        assert (answer.status, answer.json["error"]) == (400, "unconfirmed_email")
        assert main.get("com.atproto.server.getSession").json["emailConfirmed"] is False


class TestMessages:
    """Private messages, behind a service of their own."""

    def talk(self, who: Caller, other: Caller) -> str:
        answer = who.get(f"{CONVO}getConvoForMembers", headers=CHAT, members=[other.did])
        found: str = answer.json["convo"]["id"]
        return found

    def send(self, who: Caller, talk: str, text: str) -> Answer:
        return who.post(f"{CONVO}sendMessage", headers=CHAT, convoId=talk, message={"text": text})

    def test_two_people_share_one_conversation(self, main: Caller, friend: Caller) -> None:
        talk = self.talk(main, friend)
        self.send(main, talk, "Hello")
        self.send(friend, talk, "Hi")

        assert self.talk(friend, main) == talk
        messages = main.get(f"{CONVO}getMessages", headers=CHAT, convoId=talk).json["messages"]
        assert [(one["text"], one["sender"]["did"]) for one in messages] == [
            ("Hi", friend.did),
            ("Hello", main.did),
        ]

    def test_unread_messages_are_counted_until_they_are_read(
        self, main: Caller, network: BlueskySimulator
    ) -> None:
        first = network.receive(text="Where is my order?", private=True)
        network.receive(text="Hello?", private=True)
        convo = main.get(f"{CONVO}listConvos", headers=CHAT).json["convos"][0]
        assert (convo["unreadCount"], convo["lastMessage"]["text"]) == (2, "Hello?")
        assert (convo["status"], {one["handle"] for one in convo["members"]}) == (
            "request",
            {main.handle, "customer.bluesky.sandbox.example"},
        )

        def read(**more: str) -> int:
            answer = main.post(f"{CONVO}updateRead", headers=CHAT, convoId=convo["id"], **more)
            count: int = answer.json["convo"]["unreadCount"]
            return count

        assert read(messageId=first) == 1
        assert read() == 0
        asked = main.get(f"{CONVO}listConvos", headers=CHAT, readState="unread")
        assert asked.json["convos"] == []

    def test_the_log_goes_on_where_the_caller_left(self, main: Caller, network: BlueskySimulator) -> None:
        network.receive(text="One", private=True)
        first = main.get(f"{CONVO}getLog", headers=CHAT).json
        network.receive(text="Two", private=True)
        second = main.get(f"{CONVO}getLog", headers=CHAT, cursor=first["cursor"]).json
        third = main.get(f"{CONVO}getLog", headers=CHAT, cursor=second["cursor"]).json

        kinds = [one["$type"].rpartition("#")[2] for one in first["logs"]]
        assert kinds == ["logBeginConvo", "logCreateMessage"]
        assert [one["message"]["text"] for one in second["logs"]] == ["Two"]
        assert (third["logs"], third["cursor"]) == ([], second["cursor"])

    def test_messages_are_paged(self, main: Caller, friend: Caller) -> None:
        talk = self.talk(main, friend)
        for number in range(3):
            self.send(main, talk, str(number))
        asked = {"convoId": talk, "limit": 2}
        first = main.get(f"{CONVO}getMessages", headers=CHAT, **asked).json
        second = main.get(f"{CONVO}getMessages", headers=CHAT, **asked, cursor=first["cursor"]).json

        assert [one["text"] for one in first["messages"] + second["messages"]] == ["2", "1", "0"]
        assert "cursor" not in second

    def test_messages_have_limits(self, main: Caller, friend: Caller) -> None:
        talk = self.talk(main, friend)
        stranger = caller(main.network, "stranger")

        assert "maximum 1000" in self.send(main, talk, "x" * 1001).json["message"]
        assert self.send(stranger, talk, "Hello").json["error"] == "InvalidConvo"
        unknown = main.get(f"{CONVO}getConvoForMembers", headers=CHAT, members=["did:plc:nobody"])
        assert unknown.json["error"] == "RecipientNotFound"
        friend.written({"subject": main.did}, "app.bsky.graph.block")
        assert self.send(main, talk, "Hello").json["error"] == "BlockedActor"


class TestOAuth:
    """Applications that act for an account, with keys of their own."""

    FORM = {
        "client_id": "https://app.example/client.json",
        "redirect_uri": "https://app.example/back",
        "scope": "atproto transition:generic",
        "response_type": "code",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }

    def token(self, anybody: Caller) -> tuple[str, str, Key]:
        key = login(anybody.network, anybody)
        given = [one for one in anybody.seen if one.request.path == "/oauth/token" and one.status == 200]
        return given[0].json["access_token"], given[1].json["access_token"], key

    def call(self, anybody: Caller, token: str, proof: str) -> Answer:
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        return anybody.send("GET", "/xrpc/com.atproto.server.getSession", headers=headers)

    def test_consent_ends_in_tokens_for_the_account(self, anybody: Caller, network: BlueskySimulator) -> None:
        login(network, anybody)
        by_path: dict[str, list[Answer]] = {}
        for one in anybody.seen:
            by_path.setdefault(one.request.path, []).append(one)
        consent = by_path["/oauth/authorize"][0]
        back = parse_qs(urlsplit(consent.headers["location"]).query)
        given = by_path["/oauth/token"][1].json

        assert (back["state"], back["iss"]) == (["kept"], [BASE])
        assert (given["token_type"], given["sub"]) == ("DPoP", network.did("main"))
        assert given["scope"] == "atproto transition:generic"
        refused, answered = by_path["/xrpc/com.atproto.server.getSession"]
        assert (refused.status, refused.json["error"]) == (401, "use_dpop_nonce")
        assert 'error="use_dpop_nonce"' in refused.headers["www-authenticate"]
        assert answered.json["did"] == network.did("main")
        assert "email" not in answered.json

    def test_the_authorization_server_wants_its_nonce(self, anybody: Caller) -> None:
        bound(anybody, Key(), "/oauth/par", self.FORM)
        first, second = anybody.seen

        assert (first.status, first.json["error"]) == (400, "use_dpop_nonce")
        assert (second.status, second.json["expires_in"]) == (201, 299)

    def test_proofs_must_hold(self, anybody: Caller, clock: Clock) -> None:
        _, token, key = self.token(anybody)
        network = anybody.network
        fresh, _, _ = self.token(Caller(network))
        url = f"{BASE}/xrpc/com.atproto.server.getSession"
        nonce = self.call(anybody, token, key.proof("GET", url, token=token)).headers["dpop-nonce"]
        good = key.proof("GET", url, nonce, fresh)
        wrong = {
            "method": key.proof("POST", url, nonce, fresh),
            "address": key.proof("GET", f"{url}x", nonce, fresh),
            "token": key.proof("GET", url, nonce, token),
            "signature": good[:-8] + "AAAAAAAA",
            "key": Key(secret=0x1234).proof("GET", url, nonce, fresh, jti="other"),
            "nothing": "abc",
        }

        assert {name: self.call(anybody, fresh, one).status for name, one in wrong.items()} == dict.fromkeys(
            wrong, 401
        )
        assert self.call(anybody, fresh, good).status == 200
        assert "replayed" in self.call(anybody, fresh, good).json["message"]
        clock.advance(timedelta(minutes=7))
        late = self.call(anybody, fresh, key.proof("GET", url, nonce, fresh))
        assert late.json["error"] == "use_dpop_nonce"

    def test_a_refresh_token_counts_once_and_its_reuse_ends_the_session(self, anybody: Caller) -> None:
        key = login(anybody.network, anybody)
        given = [one.json for one in anybody.seen if one.request.path == "/oauth/token" and one.status == 200]
        client = {"client_id": self.FORM["client_id"], "grant_type": "refresh_token"}
        again = bound(anybody, key, "/oauth/token", {**client, "refresh_token": given[0]["refresh_token"]})
        after = bound(anybody, key, "/oauth/token", {**client, "refresh_token": given[1]["refresh_token"]})

        assert (again.status, again.json["error"]) == (400, "invalid_grant")
        assert after.json["error"] == "invalid_grant"

    def test_a_code_counts_once_with_its_own_verifier(self, anybody: Caller) -> None:
        key = login(anybody.network, anybody)
        consent = next(one for one in anybody.seen if one.request.path == "/oauth/authorize")
        code = parse_qs(urlsplit(consent.headers["location"]).query)["code"][0]
        redeem = {**self.FORM, "grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}

        assert bound(anybody, key, "/oauth/token", redeem).json["error"] == "invalid_grant"

    def test_scopes_bound_what_an_application_may_do(self, anybody: Caller) -> None:
        key = login(anybody.network, anybody, "atproto")
        given = [one.json for one in anybody.seen if one.request.path == "/oauth/token" and one.status == 200]
        token = given[0]["access_token"]
        path = "/xrpc/app.bsky.feed.getTimeline"
        nonce = anybody.seen[-1].headers["dpop-nonce"]
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": key.proof("GET", BASE + path, nonce, token),
        }

        assert anybody.send("GET", path, headers=headers).json["error"] == "ScopeMissingError"

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"scope": "transition:generic"}, "invalid_scope"),
            ({"scope": "atproto everything"}, "invalid_scope"),
            ({"code_challenge": ""}, "invalid_request"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"client_id": "app"}, "invalid_client_metadata"),
        ],
    )
    def test_requests_that_make_no_sense_are_refused(
        self, anybody: Caller, change: dict[str, str], error: str
    ) -> None:
        answer = bound(anybody, Key(), "/oauth/par", self.FORM | change)

        assert (answer.status, answer.json["error"]) == (400, error)

    def test_the_signature_check_holds_the_standards_example(self) -> None:
        # RFC 7515, appendix A.3
        key = ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
        x, y = (int.from_bytes(decode(one)) for one in key)
        message = (
            b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
            b"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        )
        signature = decode(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        )

        assert curve.verify((x, y), message, signature)
        assert not curve.verify((x, y), message + b"x", signature)
        assert not curve.verify((x, y + 1), message, signature)
        own = curve.multiply(7, curve.BASE)
        assert own is not None
        assert curve.verify(own, b"x", sign(7, b"x"))


class TestWorld:
    """What the sandbox around the network asks of it."""

    def names(self, network: BlueskySimulator, who: Caller, nsid: str, **body: Any) -> set[str]:
        who.post(nsid, **body)
        return set(network.names(who.seen[-1].request)) & network.operations.keys()

    def test_writes_are_told_apart_by_their_records(
        self, network: BlueskySimulator, main: Caller, friend: Caller
    ) -> None:
        nsid = "com.atproto.repo.putRecord"
        own, other = main.publish("Mine"), friend.publish("Theirs")

        def put(collection: str, **record: Any) -> set[str]:
            value = {"$type": collection, "createdAt": WHEN, **record}
            return self.names(
                network, main, nsid, repo=main.did, collection=collection, rkey=KEY, record=value
            )

        assert put(POST, text="x") == {"publish"}
        assert put(POST, text="x", reply={"root": own, "parent": own}) == {"publish"}
        assert put(POST, text="x", reply={"root": other, "parent": other}) == {"reply"}
        assert put(LIKE, subject=other) == {"like"}
        assert put(GATE, post=own["uri"], hiddenReplies=[other["uri"]]) == {"hide", "unhide"}
        delete = {"repo": main.did, "collection": POST, "rkey": KEY}
        unlike = {**delete, "collection": LIKE}
        nsid = "com.atproto.repo.deleteRecord"
        assert self.names(network, main, nsid, **delete) == {"delete"}
        assert self.names(network, main, nsid, **unlike) == set()

    def test_calls_have_names(self, network: BlueskySimulator) -> None:
        request = SimRequest.of("GET", "/xrpc/app.bsky.feed.getPostThread?uri=x")

        assert network.call_name(request) == "get_post_thread"
        assert {"comments", "app.bsky.feed.getPostThread"} <= network.names(request)
        assert network.call_name(SimRequest.of("POST", "/xrpc/app.bsky.feed.getPostThread")) is None
        assert network.names(SimRequest.of("GET", "/nowhere")) == frozenset()

    def test_every_call_of_an_operation_exists(self, network: BlueskySimulator) -> None:
        from socialkit.sandbox.bluesky._gate import ROUTES

        known = {route.name for route in ROUTES}
        assert {call for calls in network.operations.values() for call in calls} - known == set()
        assert len(known) == len(ROUTES)

    def test_posts_are_what_the_repositories_hold(
        self, network: BlueskySimulator, main: Caller, clock: Clock
    ) -> None:
        root = main.publish("One", langs=["fr"])
        second = main.reply("Two", root)
        question = network.receive(text="A question", reply_to=root["uri"])
        clock.advance(5)

        posts = network.posts()
        assert [one.text for one in posts] == ["One", "Two"]
        assert (posts[0].id, posts[0].account, posts[0].language) == (root["uri"], "main", "fr")
        assert (posts[1].reply_to, posts[1].thread) == (root["uri"], root["uri"])
        assert posts[0].published_at == clock.now() - timedelta(seconds=5)
        assert posts[0].raw["uri"] == root["uri"]
        assert [one.id for one in network.posts(None)] == [root["uri"], second["uri"], question]

    def test_visitors_need_something_to_react_to(self, network: BlueskySimulator) -> None:
        for kind in ("like", "share", "quote"):
            with pytest.raises(ValueError, match="no post"):
                network.receive(text="", kind=kind)
        with pytest.raises(ValueError, match="no such kind"):
            network.receive(text="", kind="wave")
        with pytest.raises(ValueError, match="no post"):
            network.receive(text="x", reply_to=f"at://{network.did()}/{POST}/{KEY}")

    def test_broken_and_busy_servers_answer_as_real_ones(self, network: BlueskySimulator) -> None:
        request = SimRequest.of("POST", "/xrpc/com.atproto.server.createSession")
        busy, broken = network.rate_limited(request), network.server_error(request)

        assert (busy.status, busy.headers["ratelimit-limit"], busy.headers["retry-after"]) == (
            429,
            "30",
            "300",
        )
        assert (broken.status, Answer(request, broken).json["error"]) == (500, "InternalServerError")

    def test_the_same_seed_gives_the_same_world(self) -> None:
        from tests.sandbox.bluesky.support import new_network

        one, other, third = new_network(1), new_network(1), new_network(2)

        assert one.connection() == other.connection() != third.connection()
        assert one.did() == other.did()
