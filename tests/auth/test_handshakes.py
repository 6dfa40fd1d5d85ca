"""What a platform is answered that asks whether an address is ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from socialkit.auth import Challenge, Handshake, HashedChallenge, HeaderValue, Hmac, Pushed
from socialkit.errors import WebhookError, WebhookSignatureError
from socialkit.transport import Secret

SECRETS = (Secret("PLANTED-secret"), Secret("another"))
TOKEN = Secret("PLANTED-token")
META = Challenge(parameter="hub.challenge", token="hub.verify_token", mode=("hub.mode", "subscribe"))
X = HashedChallenge(parameter="crc_token", field="response_token", form="base64", prefix="sha256=")
LINKEDIN = HashedChallenge(parameter="challengeCode", field="challengeResponse", echo="challengeCode")
ASKED = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": TOKEN.reveal()}


def asked(query: str) -> Pushed:
    return Pushed.read("GET", query, {}, b"")


def test_a_challenge_is_sent_back_to_whoever_knows_the_token() -> None:
    answer = META.answer(asked(urlencode(ASKED)), SECRETS, TOKEN)

    assert answer == (b"1158201444", "text/plain; charset=utf-8")


@pytest.mark.parametrize("changed", [{"hub.verify_token": "x"}, {"hub.verify_token": ""}])
def test_nothing_is_sent_back_to_anybody_else(changed: dict[str, str]) -> None:
    with pytest.raises(WebhookSignatureError) as caught:
        META.answer(asked(urlencode(ASKED | changed)), SECRETS, TOKEN)
    assert (caught.value.status, "PLANTED" in str(caught.value)) == (403, False)
    with pytest.raises(WebhookSignatureError):
        META.answer(asked(urlencode({"hub.challenge": "1"})), SECRETS, None)


def test_another_mode_is_refused() -> None:
    with pytest.raises(WebhookError, match=r"hub\.mode"):
        META.answer(asked(urlencode(ASKED | {"hub.mode": "denied"})), SECRETS, TOKEN)


def test_a_parameter_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(WebhookError, match="2 times"):
        META.answer(asked(urlencode(ASKED) + "&hub.challenge=2"), SECRETS, TOKEN)


def test_a_hashed_challenge_is_answered_by_the_first_secret() -> None:
    def code(text: str) -> bytes:
        return hmac.new(b"PLANTED-secret", text.encode(), hashlib.sha256).digest()

    x = X.answer(asked("crc_token=made-up"), SECRETS, None)
    linkedin = LINKEDIN.answer(asked("challengeCode=890e4665-4dfe"), SECRETS, None)

    assert x is not None
    assert json.loads(x.body) == {"response_token": "sha256=" + base64.b64encode(code("made-up")).decode()}
    assert linkedin is not None
    assert linkedin.content_type == "application/json"
    assert json.loads(linkedin.body) == {
        "challengeCode": "890e4665-4dfe",
        "challengeResponse": code("890e4665-4dfe").hex(),
    }


@pytest.mark.parametrize("handshake", [META, X, LINKEDIN])
def test_what_asks_something_else_is_not_answered(handshake: Handshake) -> None:
    assert handshake.answer(asked("colour=red"), SECRETS, TOKEN) is None


@pytest.mark.parametrize(
    "text", ['{"for_user_id": "7"}', "<script>", "", "a b", "a" * 513, "[1]", "é", "a\n"]
)
@pytest.mark.parametrize(("handshake", "name"), [(META, "hub.challenge"), (X, "crc_token")])
def test_nothing_is_signed_or_sent_back_that_could_be_a_document(
    handshake: Handshake, name: str, text: str
) -> None:
    # The digest of a challenge is made with the key that signs pushes: whoever could choose a document as
    # challenge would have us sign a forged push.
    with pytest.raises(WebhookError, match="what no platform sends"):
        handshake.answer(asked(urlencode({**ASKED, name: text})), SECRETS, TOKEN)


def test_an_answer_to_a_challenge_proves_no_push() -> None:
    answer = X.answer(asked("crc_token=true"), SECRETS, None)
    assert answer is not None
    signature = json.loads(answer.body)["response_token"]
    push = Pushed.read("POST", "", {"x-signature": signature}, b"true")
    Hmac(signature=HeaderValue("x-signature", "sha256"), form="base64").check(
        push, SECRETS, datetime(2026, 3, 1, tzinfo=UTC)
    )

    with pytest.raises(WebhookError, match="no JSON object"):
        push.document()
