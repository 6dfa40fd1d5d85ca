"""An account says where it is and what it logs in with, and shows that to nobody."""

from __future__ import annotations

import copy
import gc
import pickle
import traceback
from typing import Any, cast, get_overloads

import pytest

import socialkit as sk
from socialkit.platforms import names
from socialkit.platforms._connect import connect, connect_async
from socialkit.platforms._registry import BUILT_IN
from tests.workspace.support import HOST, PASSWORD, TOKEN, bluesky, mastodon

Untyped = cast("Any", sk.Account)


def test_an_account_is_called_main_unless_it_is_told() -> None:
    assert (mastodon().name, mastodon("fr").name) == ("main", "fr")
    assert (mastodon().platform, bluesky().platform) == ("mastodon", "bluesky")


def test_nothing_shows_what_an_account_logs_in_with() -> None:
    brand = sk.Brand("acme", mastodon(), bluesky(), mastodon("old", access_token=sk.Credentials.__name__))
    workspace = sk.Workspace(brand)
    things: list[object] = [mastodon(), bluesky(), brand, workspace, *brand.accounts()]

    shown = " ".join(f"{thing!r} {thing!s}" for thing in things)
    assert TOKEN not in shown
    assert PASSWORD not in shown
    assert "acme" in shown


@pytest.mark.parametrize("thing", [mastodon(), sk.Brand("acme", mastodon()), sk.Workspace()], ids=repr)
def test_what_holds_logins_cannot_be_pickled(thing: object) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(thing, protocol)


def test_no_part_of_an_account_can_be_pickled() -> None:
    parts = [part for part in gc.get_referents(mastodon()) if type(part).__module__.startswith("socialkit")]

    assert parts
    for part in parts:
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(part)


def test_copies_of_an_account_are_itself() -> None:
    account = mastodon()

    assert copy.copy(account) is account
    assert copy.deepcopy(account) is account


def test_a_failure_shows_no_login_in_its_traceback() -> None:
    try:
        Untyped("mastodon", base_url=HOST, access_token=TOKEN, colour="red")
    except TypeError as error:
        frames = list(traceback.walk_tb(error.__traceback__))[1:]
        shown = "".join(f"{value!r}" for frame, _ in frames for value in frame.f_locals.values())
        message = str(error)
    else:
        pytest.fail("a misspelt argument was taken")

    assert frames
    assert TOKEN not in shown
    assert message == "an account on mastodon takes no argument 'colour'"


@pytest.mark.parametrize("name", ["account", "tokens", "transport"])
def test_what_the_workspace_gives_is_not_taken(name: str) -> None:
    with pytest.raises(TypeError, match=f"no argument '{name}'"):
        Untyped("mastodon", base_url=HOST, access_token=TOKEN, **{name: object()})


def test_a_token_in_the_place_of_credentials_is_refused() -> None:
    with pytest.raises(TypeError, match="credentials must be of type Credentials, not str") as caught:
        Untyped("mastodon", TOKEN, base_url=HOST)

    assert TOKEN not in str(caught.value)


def test_what_is_missing_is_named_when_the_account_is_made() -> None:
    with pytest.raises(sk.ConfigurationError, match="base_url= is missing"):
        Untyped("mastodon", access_token=TOKEN)
    with pytest.raises(sk.ConfigurationError, match="did you mean 'mastodon'"):
        Untyped("mastodn", base_url=HOST, access_token=TOKEN)


@pytest.mark.parametrize("name", ["", " ", "a/b", " fr", "fr ", "a\nb", "\x00"])
def test_a_name_that_cannot_stand_in_a_target_is_refused(name: str) -> None:
    with pytest.raises(sk.ConfigurationError, match="cannot be the name of an account"):
        mastodon(name)
    with pytest.raises(sk.ConfigurationError, match="cannot be the name of a brand"):
        sk.Brand(name)


@pytest.mark.parametrize("name", ["fr", "Île de France", "2", "main-2", "日本"])
def test_every_name_that_is_taken_can_be_a_drafts_target(name: str) -> None:
    key = sk.Brand(name, mastodon(name)).account("mastodon").key
    draft = sk.Draft(text="Autumn", variants={key: sk.Variant(text="Herbst")})

    assert draft.for_(key).text == "Herbst"


def test_an_account_knows_the_id_that_its_credentials_say() -> None:
    told = sk.Credentials(access_token=TOKEN, account_id="17")

    assert sk.Account("mastodon", told, base_url=HOST).id == "17"
    assert sk.Account("mastodon", told, base_url=HOST, id="17").id == "17"
    assert mastodon().id is None
    with pytest.raises(sk.WrongAccountError, match="those of '17', not of '18'"):
        sk.Account("mastodon", told, base_url=HOST, id="18")


BOUND = {"account", "media_host", "tokens", "transport"}


@pytest.mark.parametrize("platform", [one.name for one in BUILT_IN])
def test_an_account_takes_what_connect_takes(platform: str) -> None:
    def arguments(function: Any) -> dict[str, object]:
        (found,) = [
            one for one in get_overloads(function) if platform in str(one.__annotations__["platform"])
        ]
        keywords = {
            name: one for name, one in found.__annotations__.items() if name not in {"return", "platform"}
        }
        return {name: one for name, one in keywords.items() if name not in BOUND | {"name", "id"}}

    assert arguments(sk.Account.__init__) == arguments(connect) == arguments(connect_async)
    assert platform in names()


@pytest.mark.parametrize("platform", [one.name for one in BUILT_IN])
def test_a_brand_has_an_overload_for_every_platform(platform: str) -> None:
    for method in (sk.Brand.client, sk.Brand.client_async):
        assert [one for one in get_overloads(method) if platform in str(one.__annotations__["platform"])]
