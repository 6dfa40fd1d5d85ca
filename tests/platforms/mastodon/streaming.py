"""What tests of streams share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from socialkit.models import Message
from socialkit.sandbox import Sandbox

Connect = Callable[..., Any]


def says(world: Sandbox, text: str, **more: Any) -> str:
    return world.receive("mastodon", text=text, **more)


def texts(messages: list[Message]) -> list[str]:
    return [message.text.removeprefix("@main ") for message in messages]
