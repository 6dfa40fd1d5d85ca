"""The names of secrets that are kept elsewhere."""

from __future__ import annotations

import pickle

import pytest

import socialkit as sk
from socialkit.transport import Secret

NAME = "SOCIALKIT_TEST_ONLY"
TOKEN = "planted-token"


def test_a_reference_shows_where_a_secret_is_and_never_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, f"{TOKEN}\n")
    reference = sk.SecretRef(f"env:{NAME}")

    assert reference.reveal() == TOKEN
    assert (repr(reference), str(reference)) == (f"SecretRef('env:{NAME}')", "***")
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(reference)


def test_a_secret_is_read_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = sk.SecretRef(f"env:{NAME}")
    monkeypatch.setenv(NAME, "old")
    assert reference.reveal() == "old"
    monkeypatch.setenv(NAME, "new")

    assert reference.reveal() == "new"


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_a_secret_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is None:
        monkeypatch.delenv(NAME, raising=False)
    else:
        monkeypatch.setenv(NAME, value)

    with pytest.raises(sk.ConfigurationError, match=f"environment variable {NAME} is not set"):
        sk.SecretRef(f"env:{NAME}").reveal()


def test_references_are_equal_by_their_place_and_never_equal_to_a_secret() -> None:
    one, same, other = (sk.SecretRef(f"env:{name}") for name in ("ONE", "ONE", "OTHER"))

    assert one == same
    assert len({one, same, other}) == 2
    assert one != other
    assert Secret("") not in (one, other)
    assert bool(one)


@pytest.mark.parametrize("text", [TOKEN, f"vault:{TOKEN}", f"env:{TOKEN}", f"ENV:{NAME}", f" env:{NAME}", ""])
def test_what_is_no_reference_is_refused_unseen(text: str) -> None:
    with pytest.raises(sk.ConfigurationError, match="must not be given in clear") as caught:
        sk.SecretRef(text)

    assert TOKEN not in str(caught.value)


def test_a_single_client_takes_a_reference_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with sk.Sandbox() as world, world.install():
        monkeypatch.setenv(NAME, TOKEN)
        with sk.connect(
            "mastodon", base_url="https://mastodon.example", access_token=sk.SecretRef(f"env:{NAME}")
        ) as client:
            client.posts.publish("Autumn")

        assert [post.text for post in world.posts("mastodon")] == ["Autumn"]
