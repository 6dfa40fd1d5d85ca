from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from socialkit.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConnectionFailedError,
    MediaProcessingError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    SocialKitError,
    TokenExpiredError,
    UnexpectedResponseError,
    WrongAccountError,
)
from socialkit.models import Raw, WireModel
from socialkit.operations import current_operation
from socialkit.transport import (
    Answer,
    ErrorTable,
    LocalLimit,
    Pipeline,
    RateBudget,
    RateHeaders,
    Request,
    Response,
    Retry,
    Safety,
    Secret,
)
from tests.transport.conftest import Drive
from tests.transport.fakes import NOON, SteppedTransport, TokenAuthenticator, json_answer

BASE = "https://pixelwall.example/v2"
OK = json_answer({"id": "1"})
SECONDS = timedelta(seconds=1)
LOST = ConnectionFailedError("lost", sent=True)


class WirePin(WireModel):
    id: str


def over(transport: SteppedTransport, **options: Any) -> Pipeline:
    options.setdefault("retry", Retry(random=lambda: 1.0))
    return Pipeline(transport, platform="pixelwall", base_url=BASE, **options)


def read(url: str = "pins/1") -> Request:
    return Request(method="GET", url=url)


def write(safety: Safety = Safety.WRITE) -> Request:
    return Request(method="POST", url="pins", json={"text": "Hi"}, safety=safety)


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("pins/1", f"{BASE}/pins/1"),
        ("/pins/1", f"{BASE}/pins/1"),
        ("", f"{BASE}/"),
        ("pins?next=https://other.example/", f"{BASE}/pins?next=https://other.example/"),
        ("//other.example/pins", f"{BASE}/other.example/pins"),
        ("https://pixelwall.example/oauth", "https://pixelwall.example/oauth"),
    ],
)
def test_addresses_are_resolved_below_the_base(drive: Drive, url: str, whole: str) -> None:
    transport = drive.stepped(OK)

    drive.run(over(transport).send(read(url)))

    assert transport.sent[0].url == whole


@pytest.mark.parametrize(
    "base",
    [
        "pixelwall.example",
        "ftp://x.example",
        "https://",
        "https://u:p@x.example",
        "https://x/?a=1",
        "https://[",
    ],
)
def test_a_base_address_must_be_one(base: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url must look like"):
        Pipeline(SteppedTransport(), platform="pixelwall", base_url=base)


def test_a_request_is_stamped_with_operation_and_timeout(drive: Drive) -> None:
    transport = drive.stepped(OK)

    async def named() -> None:
        token = current_operation.set("posts.get")
        await over(transport, timeout=7.0).send(read())
        await over(transport, timeout=7.0).send(read().replace(timeout=1.0))
        current_operation.reset(token)

    drive.run(named())

    assert [(request.operation, request.timeout) for request in transport.sent] == [
        ("posts.get", 7),
        ("posts.get", 1),
    ]


def test_requests_are_signed_unless_they_say_otherwise(drive: Drive) -> None:
    transport = drive.stepped(OK)
    pipeline = over(transport, authenticator=TokenAuthenticator("planted"))

    drive.run(pipeline.send(read()))
    drive.run(pipeline.send(read().replace(signed=False)))

    assert [dict(request.headers) for request in transport.sent] == [
        {"Authorization": Secret("Bearer planted")},
        {},
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/pins",
        "http://pixelwall.example/v2/pins",
        "https://pixelwall.example.evil.example/",
        "https://pixelwall.example@evil.example/",
        "https://pixelwall.example\\@evil.example/",
        "https://pixelwall.example:8443/",
    ],
)
def test_credentials_go_to_no_other_origin(drive: Drive, url: str) -> None:
    transport = drive.stepped(OK)
    pipeline = over(transport, authenticator=TokenAuthenticator("planted"))

    with pytest.raises(ConfigurationError, match=r"credentials go to https://pixelwall\.example only"):
        drive.run(pipeline.send(read(url)))

    assert transport.sent == []


def test_a_trusted_origin_gets_credentials(drive: Drive) -> None:
    transport = drive.stepped(OK)
    origins = frozenset({"https://upload.example"})
    pipeline = over(transport, authenticator=TokenAuthenticator("planted"), trusted_origins=origins)

    drive.run(pipeline.send(read("https://UPLOAD.example/media")))

    assert "Authorization" in transport.sent[0].headers


def test_an_answer_is_validated_and_kept(drive: Drive) -> None:
    answer = drive.run(over(drive.stepped(json_answer({"id": "1", "new": [1]}))).call(read(), WirePin))

    assert answer == Answer(WirePin.model_validate({"id": "1", "new": [1]}), answer.response)
    assert isinstance(answer.raw, Raw)
    assert answer.raw["new"] == [1]
    assert answer.raw is answer.raw


def test_a_status_without_a_body_is_null_to_what_takes_it_and_else_says_what_came(drive: Drive) -> None:
    pipeline = over(drive.stepped(Response(204, {}, b""), Response(204, {}, b"")))
    request = Request(method="DELETE", url="pins/1", safety=Safety.WRITE)
    nothing = drive.run(pipeline.call(request, type(None)))

    assert nothing.response.status == 204
    with pytest.raises(OutcomeUnknownError) as caught:
        drive.run(pipeline.call(request, WirePin))
    assert "the answer is an empty body" in str(caught.value.__cause__)


def test_a_list_is_validated_too(drive: Drive) -> None:
    answer = drive.run(over(drive.stepped(json_answer([{"id": "1"}]))).call(read(), list[WirePin]))

    assert [pin.id for pin in answer.value] == ["1"]


def test_a_misfit_names_the_place_and_is_not_repeated(drive: Drive) -> None:
    transport = drive.stepped(json_answer([{"id": "1"}, {"id": None, "token": "planted"}]))

    with pytest.raises(UnexpectedResponseError, match=r"not what was expected at 1\.id") as caught:
        drive.run(over(transport).call(read(), list[WirePin]))

    assert len(transport.sent) == 1
    assert caught.value.platform == "pixelwall"
    assert b"planted" not in caught.value.body
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_garbled_read_is_repeated(drive: Drive) -> None:
    transport = drive.stepped(Response(200, {}, b"<html>"), Response(200, {}, b'{"id": "'), OK)

    assert drive.run(over(transport).call(read(), WirePin)).value.id == "1"
    assert transport.slept == [0.5, 1.0]


@pytest.mark.parametrize("safety", [Safety.READ, Safety.REPEATABLE])
@pytest.mark.parametrize("trouble", [LOST, RequestTimeoutError("late", sent=True), json_answer({}, 503)])
def test_what_does_no_harm_is_repeated(drive: Drive, safety: Safety, trouble: Any) -> None:
    transport = drive.stepped(trouble, trouble, trouble, OK)

    assert drive.run(over(transport).send(write(safety))) == OK
    assert transport.slept == [0.5, 1.0, 2.0]


def test_patience_ends_with_the_last_error(drive: Drive) -> None:
    transport = drive.stepped(json_answer({"error": "down"}, 503))

    with pytest.raises(ServerError, match="pixelwall: down"):
        drive.run(over(transport).send(read()))

    assert len(transport.sent) == 4


def test_a_write_that_never_left_is_repeated(drive: Drive) -> None:
    transport = drive.stepped(ConnectionFailedError("refused"), json_answer({}, 429), OK)

    assert drive.run(over(transport).send(write())) == OK
    assert len(transport.sent) == 3


def test_a_write_that_never_left_at_all_is_a_plain_failure(drive: Drive) -> None:
    with pytest.raises(ConnectionFailedError) as caught:
        drive.run(over(drive.stepped(ConnectionFailedError("refused"))).send(write()))

    assert caught.value.platform == "pixelwall"


UNDECIDED = [
    LOST,
    RequestTimeoutError("late", sent=True),
    json_answer({}, 500),
    json_answer({"error": {"code": "4/2207051", "message": "maybe"}}, 400),
    json_answer({"error": {"code": "4/2207051", "message": "maybe"}}, 429),
    json_answer({"no id": True}),
    Response(200, {}, b"<html>"),
    Response(302, {"location": "https://pixelwall.example/"}, b""),
]
AMBIGUOUS = ErrorTable(ambiguous=frozenset({"4/2207051"}))


@pytest.mark.parametrize("trouble", UNDECIDED)
@pytest.mark.parametrize(
    ("safety", "kind"), [(Safety.WRITE, OutcomeUnknownError), (Safety.PREPARE, MediaProcessingError)]
)
def test_an_undecided_write_is_never_repeated(
    drive: Drive, trouble: Any, safety: Safety, kind: type[SocialKitError]
) -> None:
    transport = drive.stepped(trouble)

    with pytest.raises(kind) as caught:
        drive.run(over(transport, errors=AMBIGUOUS).call(write(safety), WirePin))

    assert len(transport.sent) == 1
    assert isinstance(caught.value.__cause__, SocialKitError)
    assert caught.value.__cause__.platform == caught.value.platform == "pixelwall"
    assert type(caught.value) is kind


def test_a_refused_write_is_a_refusal(drive: Drive) -> None:
    with pytest.raises(BadRequestError):
        drive.run(over(drive.stepped(json_answer({"error": "too long"}, 422))).send(write()))


def test_new_credentials_are_asked_for_once(drive: Drive) -> None:
    signs = TokenAuthenticator("old", "new")
    transport = drive.stepped(json_answer({}, 401), OK)

    drive.run(over(transport, authenticator=signs).send(write()))

    assert [request.headers["Authorization"] for request in transport.sent] == [
        Secret("Bearer old"),
        Secret("Bearer new"),
    ]
    assert signs.renewals == 1
    assert transport.slept == []


def test_credentials_refused_twice_are_refused(drive: Drive) -> None:
    signs = TokenAuthenticator("old", "new", "newer")
    table = ErrorTable(codes={"190": TokenExpiredError})
    transport = drive.stepped(json_answer({"error": {"code": 190}}, 400))

    with pytest.raises(TokenExpiredError):
        drive.run(over(transport, authenticator=signs, errors=table).send(write()))

    assert len(transport.sent) == 2


def test_without_new_credentials_the_refusal_stands(drive: Drive) -> None:
    transport = drive.stepped(json_answer({}, 401))

    with pytest.raises(AuthenticationError):
        drive.run(over(transport, authenticator=TokenAuthenticator("old")).send(read()))
    with pytest.raises(AuthenticationError):
        drive.run(
            over(transport, authenticator=TokenAuthenticator("old", "new")).send(read().replace(signed=False))
        )

    assert len(transport.sent) == 2


def test_a_spent_budget_is_waited_for(drive: Drive) -> None:
    headers = {"x-left": "0", "x-reset": "30"}
    transport = drive.stepped(json_answer({}, headers=headers), OK)
    pipeline = over(transport, budget=RateBudget(RateHeaders(remaining="x-left", reset="x-reset")))

    drive.run(pipeline.send(read()))
    drive.run(pipeline.send(read()))

    assert transport.slept == [30.0]


@pytest.mark.parametrize("retry", [Retry(on_limit="raise"), Retry(longest_wait=29 * SECONDS)])
def test_a_spent_budget_is_raised_before_sending(drive: Drive, retry: Retry) -> None:
    transport = drive.stepped(json_answer({}, headers={"x-left": "0", "x-reset": "30"}))
    pipeline = over(
        transport, retry=retry, budget=RateBudget(RateHeaders(remaining="x-left", reset="x-reset"))
    )
    drive.run(pipeline.send(read()))

    with pytest.raises(RateLimitedError, match="nothing was sent") as caught:
        drive.run(pipeline.send(write()))

    assert len(transport.sent) == 1
    assert caught.value.retry_after == 30 * SECONDS
    assert caught.value.resets_at == NOON + 30 * SECONDS


def test_a_refusal_for_the_limit_is_waited_out_as_asked(drive: Drive) -> None:
    transport = drive.stepped(json_answer({}, 429, {"retry-after": "20"}), OK)

    drive.run(over(transport).send(write()))

    assert transport.slept == [20.0]


def test_a_refusal_for_the_limit_holds_the_next_call_too(drive: Drive) -> None:
    transport = drive.stepped(json_answer({}, 429, {"retry-after": "900"}), OK)
    pipeline = over(transport)

    for _ in range(2):
        with pytest.raises(RateLimitedError) as caught:
            drive.run(pipeline.send(read()))
        assert caught.value.resets_at == NOON + 900 * SECONDS

    assert len(transport.sent) == 1


def test_the_reset_of_a_refusal_comes_from_the_budgets_headers(drive: Drive) -> None:
    transport = drive.stepped(json_answer({}, 429, {"x-left": "0", "x-reset": "600"}))
    pipeline = over(transport, budget=RateBudget(RateHeaders(remaining="x-left", reset="x-reset")))

    with pytest.raises(RateLimitedError) as caught:
        drive.run(pipeline.send(read()))

    assert caught.value.resets_at == NOON + 600 * SECONDS


def test_a_local_limit_paces_calls(drive: Drive) -> None:
    transport = drive.stepped(OK)
    pipeline = over(transport, budget=RateBudget(local=LocalLimit(2, 10 * SECONDS)))

    for _ in range(5):
        drive.run(pipeline.send(read()))

    assert transport.slept == [10.0, 10.0]


def test_a_clock_that_stands_still_does_not_hang(drive: Drive) -> None:
    class Frozen(SteppedTransport):
        async def sleep(self, seconds: float, /) -> None:
            self.slept.append(seconds)

    budget = RateBudget()
    budget.hold(NOON + 30 * SECONDS)

    with pytest.raises(RateLimitedError):
        drive.run(over(Frozen(OK), budget=budget).send(read()))


def test_a_file_is_fetched_without_credentials_and_outside_the_budget(drive: Drive) -> None:
    transport = drive.stepped(Response(200, {"content-type": "image/jpeg"}, b"jpeg"))
    budget = RateBudget()
    budget.hold(NOON + 999 * SECONDS)
    pipeline = over(transport, authenticator=TokenAuthenticator("planted"), budget=budget)

    response = drive.run(pipeline.fetch("https://cdn.example/a.jpg", limit=4))

    assert response.content == b"jpeg"
    assert response.headers["content-type"] == "image/jpeg"
    assert transport.sent[0].headers == {}
    assert transport.sent[0].max_bytes == 4


def test_a_file_that_is_too_long_is_refused_whatever_the_transport_does(drive: Drive) -> None:
    with pytest.raises(UnexpectedResponseError, match="longer than 3 bytes"):
        drive.run(over(drive.stepped(Response(200, {}, b"jpeg"))).fetch("https://cdn.example/a.jpg", limit=3))


def test_a_file_that_is_gone_is_not_found(drive: Drive) -> None:
    with pytest.raises(NotFoundError):
        drive.run(over(drive.stepped(Response(410, {}, b""))).fetch("https://cdn.example/a.jpg", limit=3))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://cdn.example/", "pins/1", "data:,x"])
def test_a_file_is_fetched_from_the_web_only(drive: Drive, url: str) -> None:
    with pytest.raises(ConfigurationError):
        drive.run(over(drive.stepped(OK)).fetch(url, limit=3))


def test_a_call_is_logged_without_secrets(drive: Drive, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "socialkit")
    pipeline = over(drive.stepped(OK), authenticator=TokenAuthenticator("planted"))

    drive.run(
        pipeline.send(read("bot-planted/pins").replace(params=(("token", "other-planted"), ("page", "2"))))
    )

    assert caplog.messages == [f"GET {BASE}/bot-***/pins?token=***&page=2: 200 after 0 ms"]


def test_closing_a_pipeline_closes_its_transport(drive: Drive) -> None:
    transport = drive.stepped(OK)

    drive.run(over(transport).close())

    assert transport.closed


class HearingAuthenticator(TokenAuthenticator):
    """Takes note of answers."""

    def __init__(self) -> None:
        super().__init__("old", "new")
        self.heard_statuses: list[int] = []

    def heard(self, _request: Request, response: Response, /) -> None:
        self.heard_statuses.append(response.status)


def test_an_authenticator_that_listens_hears_answers_to_signed_requests(drive: Drive) -> None:
    signs = HearingAuthenticator()
    pipeline = over(drive.stepped(json_answer({}, 401), OK), authenticator=signs)
    drive.run(pipeline.send(read()))
    drive.run(pipeline.send(read().replace(signed=False)))

    assert signs.heard_statuses == [401, 200]


class Doubting:
    """Knows whose the credentials are until it is told to doubt, and then hears what it is to hear."""

    def __init__(self, *, proven: bool, hears: SocialKitError | None = None) -> None:
        self.asked = 0
        self.known = proven
        self._hears = hears

    def proven(self) -> bool:
        return self.known

    async def prove(self) -> None:
        self.asked += 1
        if self._hears is not None:
            raise self._hears
        self.known = True


def guarded(transport: SteppedTransport, guard: Doubting) -> Pipeline:
    pipeline = over(transport, authenticator=TokenAuthenticator("token"))
    pipeline.guard = guard
    return pipeline


@pytest.mark.parametrize("safety", [Safety.WRITE, Safety.REPEATABLE, Safety.PREPARE])
def test_whose_the_credentials_are_is_asked_before_the_first_write_alone(
    drive: Drive, safety: Safety
) -> None:
    guard = Doubting(proven=False)
    pipeline = guarded(drive.stepped(OK, OK, OK), guard)

    drive.run(pipeline.send(read()))
    before = guard.asked
    drive.run(pipeline.send(write(safety)))
    drive.run(pipeline.send(write(safety)))

    assert (before, guard.asked) == (0, 1)


@pytest.mark.parametrize(
    ("hears", "raised"),
    [
        (WrongAccountError("somebody else's"), WrongAccountError),
        (AuthenticationError("revoked", status=401), AuthenticationError),
        (ServerError("down", status=503), ConnectionFailedError),
        (RequestTimeoutError("late", sent=True), ConnectionFailedError),
        (UnexpectedResponseError("a page"), ConnectionFailedError),
    ],
)
def test_a_write_that_is_not_known_to_be_ours_is_not_sent_nor_tried_again(
    drive: Drive, hears: SocialKitError, raised: type[SocialKitError]
) -> None:
    transport, guard = drive.stepped(OK), Doubting(proven=False, hears=hears)

    with pytest.raises(raised) as caught:
        drive.run(guarded(transport, guard).send(write()))

    assert caught.value.written is False
    assert (transport.sent, transport.slept, guard.asked) == ([], [], 1)


def test_a_write_in_doubt_stays_in_doubt_when_the_credentials_become_anothers(drive: Drive) -> None:
    class Losing(Doubting):
        def proven(self) -> bool:
            return not transport.sent

    transport = drive.stepped(LOST, OK)
    pipeline = guarded(transport, Losing(proven=True, hears=WrongAccountError("somebody else's")))

    with pytest.raises(OutcomeUnknownError) as caught:
        drive.run(pipeline.send(write(Safety.REPEATABLE)))

    assert caught.value.written is None
    assert isinstance(caught.value.__cause__, WrongAccountError)
    assert len(transport.sent) == 1


def test_credentials_that_change_at_every_look_write_nothing(drive: Drive) -> None:
    class Restless(Doubting):
        def proven(self) -> bool:
            return False

    transport = drive.stepped(OK)

    with pytest.raises(ConnectionFailedError, match="again and again"):
        drive.run(guarded(transport, Restless(proven=False)).send(write()))

    assert transport.sent == []
