"""Pixelwall passes the suite of every platform, and does what only it does.

Run it where the package is installed: `pip install . && pytest tests`.
"""

from __future__ import annotations

from typing import cast
from urllib.parse import urlencode

import pytest
import socialkit as sk
from socialkit.sandbox import SimPost
from socialkit.testing import PlatformConformance

from pixelwall import AsyncPixelwall, Pixelwall, PixelwallOptions
from pixelwall.sandbox import PixelwallSimulator


def wall(world: sk.Sandbox) -> PixelwallSimulator:
    """Return the simulator, for what only it can do."""
    return cast("PixelwallSimulator", world.simulator("pixelwall"))


# --8<-- [start:suite]
class TestPixelwall(PlatformConformance):
    """The suite, and where Pixelwall differs."""

    platform = "pixelwall"
    options = (PixelwallOptions(board="walls"),)
    many = 8
    processing = False
    notices = False
    first_comments = False
    alt_texts_told = False
    server_limits = False

    def revoke(self, world: sk.Sandbox) -> None:
        """Have the platform revoke the tokens of the account `main`."""
        wall(world).end_tokens()

    def expire(self, world: sk.Sandbox) -> None:
        """Let the tokens of the account `main` run out."""
        wall(world).end_tokens()

    def replies(self, world: sk.Sandbox, message: str) -> list[SimPost]:
        """Return the simulator's own truth of answers."""
        return wall(world).answers(message)

    def hidden(self, world: sk.Sandbox, message: str) -> bool:
        """Return the simulator's own truth of what is hidden."""
        return wall(world).remarks[message].hidden

    def deleted(self, world: sk.Sandbox, message: str) -> bool:
        """Return the simulator's own truth of what is gone."""
        return message not in wall(world).remarks


# --8<-- [end:suite]


def test_options_reach_the_platform(socialkit_world: sk.Sandbox) -> None:
    """What only one platform understands is sent as it does."""
    client = socialkit_world.connect("pixelwall")
    assert isinstance(client, Pixelwall)
    client.posts.publish(
        sk.Draft(text="Autumn", options=[PixelwallOptions(board="walls")])
    )

    assert [post.raw["board"] for post in socialkit_world.posts("pixelwall")] == [
        "walls"
    ]


async def test_a_pin_is_pinned_again(socialkit_world: sk.Sandbox) -> None:
    """What only this platform has is an operation like any other."""
    client = socialkit_world.connect_async("pixelwall")
    assert isinstance(client, AsyncPixelwall)
    post = await client.posts.publish("Autumn")
    again = await client.posts.repin(post.id)

    assert again.id != post.id
    assert [one.text for one in socialkit_world.posts("pixelwall")] == [
        "Autumn",
        "Autumn",
    ]
    with pytest.raises(sk.NotFoundError) as caught:
        await client.posts.repin("404")
    assert caught.value.operation == "posts.repin"


def test_somebody_logs_in(socialkit_world: sk.Sandbox) -> None:
    """A code is worth a token once."""
    with socialkit_world.install():
        login = sk.Login(
            "pixelwall", client_id="shop", redirect_uri="https://shop.example/back"
        )
        url, state = login.start()
        back = wall(socialkit_world).agree(url, "robin")
        with sk.connect("pixelwall", login.finish(back, state)) as client:
            assert isinstance(client, Pixelwall)
            assert client.account.me().handle == "robin"
        with pytest.raises(sk.APIError):
            login.finish(back, state)


def test_what_is_remarked_is_pushed(socialkit_world: sk.Sandbox) -> None:
    """A webhook agrees, and takes what happens until it says that it has it."""
    workspace = socialkit_world.workspace(acme=["pixelwall"])
    client = workspace.brand("acme").client("pixelwall")
    assert isinstance(client, Pixelwall)
    pin = client.posts.publish("Autumn")
    hook = sk.webhooks.Webhook(
        "pixelwall", workspace, secret="made-up-secret", verify_token="made-up"
    )
    pushes = wall(socialkit_world).pushes
    asked = pushes.subscribe("main", "made-up-secret", "made-up")
    agreed = hook.receive(method="GET", query=urlencode(asked.query), headers={})
    remark = socialkit_world.receive("pixelwall", text="Lovely", reply_to=pin.id)
    texts: list[list[str]] = []
    for _ in range(2):
        for push in pushes.due("main"):
            got = hook.receive(
                method=push.method, headers=push.headers, body=push.body
            )
            texts.append([message.text for message in got.messages])
            hook.done(got)
    wall(socialkit_world).change(remark, "Lovely colours")
    (push,) = pushes.due("main")
    got = hook.receive(method="POST", headers=push.headers, body=push.body)
    pushes.answered("main", got.status)

    assert agreed.body == b"made-up-challenge"
    assert texts == [["Lovely"], []]
    assert [message.text for message in got.messages] == ["Lovely colours"]
    assert pushes.due("main") == []
