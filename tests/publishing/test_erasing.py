"""Whoever is forgotten is nowhere any more, whatever the shape, and everybody else is where they were."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from socialkit.publishing._erasing import Person, messages_in, stand_in, unsaid, without, without_raw

ADA, BEN = "did:plc:ada", "did:plc:ben"
PERSON = Person(ADA, stand_in("bluesky", ADA), frozenset({"31"}))

words = st.sampled_from(["soup", "31", "32", f"at://{ADA}/post/1", f"at://{BEN}/post/1", ADA, BEN])
raws = st.dictionaries(st.sampled_from(["uri", "id", "in_reply_to_account_id"]), words, max_size=2)


def named(thing: dict[str, Any]) -> dict[str, Any]:
    """Return what somebody wrote, with an id as they make them."""
    return thing | {"id": f"at://{thing['author']['id'] or 'nobody'}/post/9"}


def written(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    author = st.sampled_from([ADA, BEN, ""]).map(lambda key: {"id": key, "handle": "h"})
    thing = st.fixed_dictionaries(
        {"author": author, "text": st.just("soup"), "raw": raws},
        optional={"reply_to": words, "thread": st.lists(children, max_size=2)},
    )
    return thing.map(named)


trees = st.recursive(st.none() | st.integers(0, 9), written, max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(trees)
def test_nothing_of_a_person_is_left_and_nothing_of_another_is_lost(tree: Any) -> None:
    left = without(tree, PERSON, answer=False)

    assert not PERSON.told_in(left)
    assert [one for one in messages_in(left) if one["author"]["id"] == ADA] == []
    assert without(left, PERSON, answer=False) == left
    if not PERSON.told_in(tree):
        assert left == tree


@settings(max_examples=30, deadline=None)
@given(trees)
def test_what_platforms_sent_goes_and_nothing_else(tree: Any) -> None:
    left = without_raw(tree)

    assert all(one["raw"] == {} for one in messages_in(left))
    assert [one["text"] for one in messages_in(left)] == [one["text"] for one in messages_in(tree)]
    for one in messages_in(tree):
        bare = unsaid(one, "bluesky")
        assert unsaid(bare, "bluesky") == bare
        assert PERSON.wrote(bare) == PERSON.wrote(one)


def test_a_number_is_nobodys_name_unless_it_stands_for_an_id() -> None:
    ada = Person("7", stand_in("mastodon", "7"), frozenset({"1093"}))

    assert [ada.told_in(one) for one in ({"count": "7"}, {"url": "https://a.example/7"}, "7 hats")] == [
        False
    ] * 3
    assert [ada.told_in(one) for one in ({"in_reply_to_account_id": "7"}, ["see 1093"], {"id": "7"})] == [
        True
    ] * 3
