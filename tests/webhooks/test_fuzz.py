"""Whatever anybody sends to a webhook: only socialkit's own errors come out, with a status to answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import socialkit as sk
from socialkit.webhooks import Received, Webhook
from tests.bad_input.test_fuzz import places, replaced
from tests.webhooks.conftest import Install
from tests.webhooks.support import SECRET, TOKEN

FUZZ: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES: Final = st.sampled_from(
    ["pixelwall-signature", "Pixelwall-Signature", "x-hub-signature", "content-encoding", "x-token", "é"]
)
TEXTS: Final = st.text(max_size=30) | st.sampled_from(["t=1,v1=0", "sha256=00", "t=1772366400,v1=", "gzip"])
values: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


OURS: Final[list[str]] = []
"""The id of our account on the Mastodon server, which the pushes below call `ours`."""


@pytest.fixture
def hooks(install: Install) -> Iterator[dict[str, Webhook]]:
    install("pixelwall:REGISTRATION")
    with sk.Sandbox(seed=7) as world:
        walls, servers = world.workspace(acme=["pixelwall"]), world.workspace(acme=["mastodon"])
        signed = Webhook("pixelwall", walls, secret=SECRET, verify_token=TOKEN)
        server = Webhook("mastodon", servers, secret=SECRET, base_url=world.address("mastodon"))
        OURS[:] = [servers.brand("acme").client("mastodon").account.me().id]
        install("tests.webhooks.walls:UNSIGNED")
        yield {"pixelwall": signed, "mastodon": server, "unsigned": Webhook("pixelwall", walls)}


def taken(hook: Webhook, **request: Any) -> Received | sk.WebhookError:
    try:
        got = hook.receive(**request)
    except sk.WebhookError as error:
        return error
    hook._store.release(got.keys)  # the next one is new, too
    return got


def is_answerable(error: sk.WebhookError) -> bool:
    return 400 <= error.status <= 503 and error.platform is not None


def signed(body: bytes) -> dict[str, str]:
    """Return what signs a body for either platform, at the world's noon."""

    def code(content: bytes) -> str:
        return hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()

    stamp = str(int(sk.Sandbox().clock.now().timestamp()))
    return {
        "pixelwall-signature": f"t={stamp},v1={code(f'{stamp}.'.encode() + body)}",
        "x-hub-signature": f"sha256={code(body)}",
    }


@pytest.mark.parametrize("platform", ["pixelwall", "mastodon", "unsigned"])
@FUZZ
@given(
    method=st.sampled_from(["GET", "POST", "post", "PUT", ""]) | st.text(max_size=5) | st.none(),
    query=st.text(max_size=40)
    | st.binary(max_size=40)
    | st.none()
    | st.sampled_from(
        ["challenge=1", f"challenge=1&verify_token={TOKEN}", "hub.challenge=1&hub.challenge=2"]
    ),
    headers=st.dictionaries(NAMES, TEXTS, max_size=4)
    | st.lists(st.tuples(NAMES, TEXTS), max_size=5)
    | st.lists(st.tuples(st.binary(max_size=8), st.binary(max_size=8)), max_size=3)
    | st.none()
    | st.lists(st.integers(), max_size=2),
    body=st.binary(max_size=60)
    | st.text(max_size=5)
    | st.none()
    | values.map(lambda one: json.dumps(one).encode()),
)
def test_no_request_breaks_a_webhook(
    hooks: dict[str, Webhook], platform: str, method: Any, query: Any, headers: Any, body: Any
) -> None:
    got = taken(hooks[platform], method=method, query=query, headers=headers, body=body)

    # Nothing is believed that nobody signed.
    assert is_answerable(got) if isinstance(got, sk.WebhookError) else not (got.messages or got.events)


REMARK: Final[dict[str, Any]] = {
    "id": "1", "pin_id": "2", "by": "customer", "words": "Hello", "made_at": "2026-03-01T12:00:00Z",
}  # fmt: skip
WALL: Final[dict[str, Any]] = {
    "wall": "id-main",
    "happened": [
        {"id": "1", "what": "remark.made", "at": "2026-03-01T12:00:00Z", "remark": REMARK},
        {"id": "2", "what": "remark.changed", "at": "2026-03-01T12:00:00Z", "remark_id": "1"},
        {"id": "3", "what": "pin.removed", "at": 1772366400, "pin_id": "2"},
    ],
}
AUTHOR: Final[dict[str, Any]] = {"id": "9", "username": "customer", "acct": "customer"}
STATUS: Final[dict[str, Any]] = {
    "event": "status.created",
    "created_at": "2026-03-01T12:00:00Z",
    "object": {
        "id": "1", "created_at": "2026-03-01T12:00:00Z", "account": AUTHOR, "content": "<p>Hi</p>",
        "visibility": "public", "mentions": [{"id": "ours"}], "media_attachments": [], "edited_at": None,
        "in_reply_to_id": "4", "in_reply_to_account_id": "ours", "target_account": {"id": "ours"},
    },
}  # fmt: skip
EVENTS: Final = st.sampled_from(
    ["status.created", "status.updated", "account.updated", "report.created", "x"]
)


@pytest.mark.parametrize(
    ("platform", "regular"), [("pixelwall", WALL), ("mastodon", STATUS), ("unsigned", WALL)]
)
@FUZZ
@given(data=st.data())
def test_no_field_of_a_signed_push_breaks_a_webhook(
    hooks: dict[str, Webhook], platform: str, regular: Any, data: st.DataObject
) -> None:
    document = regular if platform != "mastodon" else {**regular, "event": data.draw(EVENTS)}
    for _ in range(data.draw(st.integers(0, 2))):
        document = replaced(document, data.draw(st.sampled_from(places(document))), data.draw(values))
    text = json.dumps(document, ensure_ascii=data.draw(st.booleans())).replace('"ours"', f'"{OURS[0]}"')
    body = text.encode("utf-8", "surrogatepass")
    got = taken(hooks[platform], method="POST", headers=signed(body), body=body)

    if isinstance(got, sk.WebhookError):
        assert is_answerable(got)
        return
    assert all(one.account for one in got.messages)
    assert all(one.account for one in got.events)
    # What came out can be kept: it is plain text, and read back as it is.
    for message in got.messages:
        assert sk.Message.model_validate_json(message.model_dump_json()).id == message.id


def test_the_regular_pushes_are_taken(hooks: dict[str, Webhook]) -> None:
    counts = {}
    for name, document in (("pixelwall", WALL), ("mastodon", STATUS)):
        body = json.dumps(document).replace('"ours"', f'"{OURS[0]}"').encode()
        got = hooks[name].receive(method="POST", headers=signed(body), body=body)
        counts[name] = (len(got.messages), len(got.events))

    assert counts == {"pixelwall": (1, 1), "mastodon": (1, 0)}
