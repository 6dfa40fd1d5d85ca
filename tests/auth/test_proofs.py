"""How pushes are proven, by values that were published or computed by other means."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from socialkit.auth import (
    AnyOf,
    Ed25519,
    HeaderToken,
    HeaderValue,
    Hmac,
    Part,
    Proof,
    Proven,
    Pushed,
    Stamp,
    Unsigned,
)
from socialkit.errors import ConfigurationError, WebhookError, WebhookSignatureError
from socialkit.transport import Secret
from tests.support import corpus

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAMP = str(int(NOON.timestamp()))
KEY = "PLANTED-secret"
SECRETS = (Secret(KEY),)
BODY = b'{"text": "Caf\\u00e9"}'

META = Hmac(signature=HeaderValue("x-hub-signature-256", "sha256"))
X = Hmac(signature=HeaderValue("x-twitter-webhooks-signature", "sha256"), form="base64")
WEBSUB = Hmac(signature=HeaderValue("x-hub-signature", "sha1"), digest="sha1")
LINKEDIN = AnyOf(
    (
        Hmac(signature=HeaderValue("x-li-signature"), signs=(b"hmacsha256=", Part.BODY)),
        Hmac(signature=HeaderValue("x-li-signature")),
    )
)
TIKTOK = Hmac(
    signature=HeaderValue("tiktok-signature", "s"),
    stamp=Stamp(HeaderValue("tiktok-signature", "t")),
    signs=(Part.STAMP, b".", Part.BODY),
)
GHOST = Hmac(
    signature=HeaderValue("x-ghost-signature", "sha256"),
    stamp=Stamp(HeaderValue("x-ghost-signature", "t"), unit=timedelta(milliseconds=1)),
    signs=(Part.BODY, Part.STAMP),
)
DISCORD = Ed25519(
    signature=HeaderValue("x-signature-ed25519"),
    stamp=Stamp(HeaderValue("x-signature-timestamp")),
    signs=(Part.STAMP, Part.BODY),
)
TELEGRAM = HeaderToken("x-telegram-bot-api-secret-token")

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw().hex()


def code(content: bytes, digest: str = "sha256") -> bytes:
    return hmac.new(KEY.encode(), content, getattr(hashlib, digest)).digest()


def check(
    proof: Proof,
    headers: dict[str, str],
    *,
    body: bytes = BODY,
    now: datetime = NOON,
    secrets: tuple[Secret, ...] = SECRETS,
) -> None:
    proof.check(Pushed.read("POST", "", headers, body), secrets, now)


GOOD: dict[str, tuple[Proof, dict[str, str]]] = {
    "hexadecimal": (META, {"X-Hub-Signature-256": "sha256=" + code(BODY).hex()}),
    "hexadecimal in capitals": (META, {"x-hub-signature-256": "sha256=" + code(BODY).hex().upper()}),
    "base64": (X, {"x-twitter-webhooks-signature": "sha256=" + base64.b64encode(code(BODY)).decode()}),
    "sha-1": (WEBSUB, {"X-Hub-Signature": "sha1=" + code(BODY, "sha1").hex()}),
    "with a fixed prefix": (LINKEDIN, {"X-LI-Signature": code(b"hmacsha256=" + BODY).hex()}),
    "without it": (LINKEDIN, {"X-LI-Signature": code(BODY).hex()}),
    "time first": (TIKTOK, {"TikTok-Signature": f"t={STAMP},s={code(f'{STAMP}.'.encode() + BODY).hex()}"}),
    "time last": (
        GHOST,
        {"X-Ghost-Signature": f"sha256={code(BODY + f'{STAMP}000'.encode()).hex()}, t={STAMP}000"},
    ),
    "token": (TELEGRAM, {"X-Telegram-Bot-Api-Secret-Token": KEY}),
}


@pytest.mark.parametrize(("proof", "headers"), GOOD.values(), ids=list(GOOD))
def test_what_the_platform_signed_passes(proof: Proof, headers: dict[str, str]) -> None:
    check(proof, headers)
    check(proof, headers, secrets=(Secret("another-secret"), *SECRETS))

    with pytest.raises(WebhookSignatureError) as caught:
        check(proof, headers, secrets=(Secret("another-secret"),))
    assert (caught.value.status, KEY in str(caught.value)) == (401, False)
    with pytest.raises(WebhookSignatureError, match="missing"):
        check(proof, {})
    if proof.proves is Proven.BODY:
        with pytest.raises(WebhookSignatureError):
            check(proof, headers, body=BODY + b" ")


@pytest.mark.parametrize("name", ["github-sha256", "discourse-ping"])
def test_published_values_are_right(name: str) -> None:
    vector = json.loads(corpus("common", "webhook-hmac-vector", f"{name}.json").read_text("utf-8"))
    proof = Hmac(signature=HeaderValue(vector["header"].lower(), "sha256"))

    secrets = (Secret(vector["secret"]),)
    check(proof, {vector["header"]: vector["value"]}, body=vector["body"].encode(), secrets=secrets)
    with pytest.raises(WebhookSignatureError, match="wrong"):
        check(proof, {vector["header"]: vector["value"]}, body=b"Hello, Moon!", secrets=secrets)


def test_a_signature_is_of_the_bytes_as_they_came() -> None:
    reserialised = json.dumps(json.loads(BODY), ensure_ascii=False).encode()
    headers = {"x-hub-signature-256": "sha256=" + code(BODY).hex()}

    assert json.loads(reserialised) == json.loads(BODY)
    check(META, headers)
    with pytest.raises(WebhookSignatureError):
        check(META, headers, body=reserialised)


@pytest.mark.parametrize("apart", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
@pytest.mark.parametrize("name", ["time first", "time last"])
def test_a_signature_of_another_time_is_refused(name: str, apart: timedelta) -> None:
    proof, headers = GOOD[name]

    check(proof, headers, now=NOON + apart * 0.9)
    with pytest.raises(WebhookSignatureError, match="ago" if apart > timedelta(0) else "ahead"):
        check(proof, headers, now=NOON + apart)


@pytest.mark.parametrize(
    "stamp", ["", "-1", "1e3", "٣", "1" * 17, "0x10", str(10**15), "1772366400.5", " 1772366400"]
)
def test_what_is_no_time_is_refused(stamp: str) -> None:
    signed = code(f"{stamp}.".encode() + BODY).hex()

    with pytest.raises(WebhookSignatureError):
        check(TIKTOK, {"tiktok-signature": f"t={stamp},s={signed}"})


@pytest.mark.parametrize(
    "value",
    ["t={0},s={1},s={1}", "t={0},t={0},s={1}", "s={1}", "t={0}", "{1}", "", ",,,", "t={0};s={1}", "é=ü"],
)
def test_a_header_without_exactly_one_of_each_field_is_refused(value: str) -> None:
    signed = code(f"{STAMP}.".encode() + BODY).hex()

    with pytest.raises(WebhookSignatureError):
        check(TIKTOK, {"tiktok-signature": value.format(STAMP, signed)})


def test_a_header_that_stands_there_twice_is_refused() -> None:
    good = ("X-Hub-Signature-256", "sha256=" + code(BODY).hex())
    push = Pushed.read("POST", "", [good, (good[0].lower(), "sha256=0")], BODY)

    with pytest.raises(WebhookError, match="2 times"):
        META.check(push, SECRETS, NOON)


def test_ed25519_is_checked_by_the_public_key() -> None:
    signature = PRIVATE.sign(STAMP.encode() + BODY).hex()
    headers = {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": STAMP}
    secrets = (Secret(PUBLIC),)

    check(DISCORD, headers, secrets=secrets)
    for wrong in (
        {"X-Signature-Ed25519": "00" * 64},
        {"X-Signature-Ed25519": "zz"},
        {"X-Signature-Ed25519": ""},
    ):
        with pytest.raises(WebhookSignatureError, match="wrong"):
            check(DISCORD, headers | wrong, secrets=secrets)
    with pytest.raises(WebhookSignatureError, match="wrong"):
        check(DISCORD, headers, body=BODY + b" ", secrets=secrets)
    with pytest.raises(WebhookSignatureError, match="ago"):
        check(DISCORD, headers, secrets=secrets, now=NOON + timedelta(hours=1))
    with pytest.raises(ConfigurationError, match="public key") as caught:
        check(DISCORD, headers, secrets=(Secret(KEY),))
    assert KEY not in str(caught.value)


def test_a_proof_says_what_it_proves() -> None:
    assert [one.proves for one in (META, DISCORD, TELEGRAM, Unsigned())] == [
        Proven.BODY,
        Proven.BODY,
        Proven.SENDER,
        Proven.NOTHING,
    ]
    assert AnyOf((META, TELEGRAM)).proves is Proven.SENDER
    Unsigned().check(Pushed.read("POST", "", {}, b""), (), NOON)


@pytest.mark.parametrize(
    ("signs", "stamp"),
    [
        ((Part.STAMP, Part.BODY), None),
        ((Part.BODY,), Stamp(HeaderValue("t"))),
        ((b"fixed",), None),
    ],
)
def test_a_signature_that_leaves_out_body_or_time_cannot_be_declared(
    signs: tuple[Part | bytes, ...], stamp: Stamp | None
) -> None:
    with pytest.raises(ConfigurationError):
        Hmac(signature=HeaderValue("x"), signs=signs, stamp=stamp)
