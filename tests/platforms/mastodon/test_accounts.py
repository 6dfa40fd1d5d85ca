"""Whose token is used, and whom an answer reaches."""

from __future__ import annotations

import pytest

import socialkit as sk
from socialkit.sandbox import MastodonSimulator


def ref(name: str) -> sk.AccountRef:
    return sk.AccountRef(platform="mastodon", brand="acme", name=name)


def test_two_accounts_on_one_server_keep_their_tokens_apart_in_one_store(socialkit_world: sk.Sandbox) -> None:
    store, server = sk.MemoryTokenStore(), socialkit_world.address("mastodon")
    tokens = {
        name: socialkit_world.simulator("mastodon").connection(name)["access_token"]
        for name in ("main", "other")
    }

    with socialkit_world.install():
        for name, token in tokens.items():
            client = sk.connect(
                "mastodon", base_url=server, access_token=token, tokens=store, account=ref(name)
            )
            client.posts.publish(f"From {name}")
        again = sk.connect("mastodon", base_url=server, tokens=store, account=ref("other"))
        again.posts.publish("Once more")

    for name, texts in {"main": ["From main"], "other": ["From other", "Once more"]}.items():
        assert [post.text for post in socialkit_world.posts("mastodon", name)] == texts


def test_a_token_that_is_given_takes_the_place_of_a_stored_one(socialkit_world: sk.Sandbox) -> None:
    store, server = sk.MemoryTokenStore(), socialkit_world.address("mastodon")
    server_side = socialkit_world.simulator("mastodon")
    assert isinstance(server_side, MastodonSimulator)
    old = server_side.connection("main")["access_token"]
    with socialkit_world.install():
        sk.connect(
            "mastodon", base_url=server, access_token=old, tokens=store, account=ref("main")
        ).account.me()
        server_side.revoke_token("main")
        new = server_side.connection("main")["access_token"]
        sk.connect(
            "mastodon", base_url=server, access_token=new, tokens=store, account=ref("main")
        ).account.me()

        kept = sk.connect("mastodon", base_url=server, tokens=store, account=ref("main"))

        assert kept.account.me().handle == "main"


def test_a_store_without_an_account_is_refused() -> None:
    with pytest.raises(sk.ConfigurationError, match=r"account= is missing"):
        sk.connect(
            "mastodon",
            base_url="https://mastodon.example",
            access_token="not-a-real-token",
            tokens=sk.MemoryTokenStore(),
        )


def test_two_credentials_at_once_are_refused() -> None:
    with pytest.raises(sk.ConfigurationError, match="which one"):
        sk.connect(
            "mastodon",
            sk.Credentials(access_token="not-a-real-token"),
            base_url="https://mastodon.example",
            access_token="nor-this-one",
        )


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_a_time_out_that_is_none_is_refused(timeout: float) -> None:
    with pytest.raises(sk.ConfigurationError, match="timeout="):
        sk.connect(
            "mastodon", base_url="https://mastodon.example", access_token="not-a-real-token", timeout=timeout
        )


@pytest.mark.parametrize(
    "text",
    ["We are sorry. Write to help@samshop.example", "Sorry, samantha", "See https://shop.example/@sam"],
)
def test_a_private_answer_reaches_its_author_whatever_it_resembles(
    socialkit_world: sk.Sandbox, text: str
) -> None:
    client = socialkit_world.connect("mastodon")
    socialkit_world.receive("mastodon", text="It is broken", author="sam", private=True)

    answer = client.inbox.reply(next(client.inbox.iterate()), text)

    assert [one["acct"] for one in socialkit_world.posts("mastodon")[-1].raw["mentions"]] == ["sam"]
    assert answer.text == f"@sam {text}"


def test_a_private_answer_that_names_somebody_else_is_refused(socialkit_world: sk.Sandbox) -> None:
    client = socialkit_world.connect("mastodon")
    socialkit_world.receive("mastodon", text="It is broken", author="sam", private=True)

    with pytest.raises(sk.InvalidDraftError, match="@samantha"):
        client.inbox.reply(next(client.inbox.iterate()), "The code is 12. @samantha helps")

    assert socialkit_world.posts("mastodon") == []


def test_a_client_of_the_sandbox_is_closed_for_good(socialkit_world: sk.Sandbox) -> None:
    client = socialkit_world.connect("mastodon")
    client.close()
    client.close()

    with pytest.raises(sk.ConfigurationError, match="closed"):
        client.account.me()


@pytest.mark.parametrize(("name", "hint"), [("pubish", "publish"), ("posts.publish", "publish")])
def test_a_fault_for_a_name_that_does_not_exist_is_refused(
    socialkit_world: sk.Sandbox, name: str, hint: str
) -> None:
    with pytest.raises(sk.ConfigurationError, match=f"did you mean '{hint}'"):
        socialkit_world.fail("mastodon", name, sk.Fault.SLOW)
