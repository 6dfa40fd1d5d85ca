"""What a type checker sees of webhooks: mypy and pyright check this module, pytest runs it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, assert_type

import pytest

import socialkit as sk
from socialkit.platforms.mastodon import AsyncMastodon, Mastodon
from socialkit.transport import Secret
from socialkit.webhooks import AsyncWebhook, MemoryPushStore, PushStore, Received, Webhook

HOST = "https://mastodon.example"


def client() -> Mastodon:
    return Mastodon(base_url=HOST, access_token="made-up-token")


def asynchronous() -> AsyncMastodon:
    return AsyncMastodon(base_url=HOST, access_token="made-up-token")


def test_a_blocking_webhook_answers_at_once() -> None:
    store: PushStore = MemoryPushStore()
    hook = Webhook("mastodon", client(), base_url=HOST, secret=[Secret("y" * 8), "x" * 8], store=store)

    def receive(headers: list[tuple[bytes, bytes]]) -> Received:
        got = hook.receive(method="POST", query=b"", headers=headers, body=b"{}")
        assert_type(got, Received)
        assert_type(got.messages, tuple[sk.Message, ...])
        assert_type(got.events, tuple[sk.WebhookEvent, ...])
        assert_type(hook.done(got), None)
        return got

    with pytest.raises(sk.WebhookSignatureError):
        receive([])


async def test_an_async_webhook_is_awaited() -> None:
    hook = AsyncWebhook("mastodon", asynchronous(), base_url=HOST, secret="x" * 8)
    waiting = assert_type(hook.receive(method="POST", headers={}, body=b"{}"), Coroutine[Any, Any, Received])

    with pytest.raises(sk.WebhookError) as caught:
        await waiting
    assert_type(caught.value.status, int)


def refused() -> None:
    """What a checker must refuse."""
    other: Any = Webhook("mastodon", asynchronous(), base_url=HOST, secret="x" * 8)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    del other
