"""Hiding, deleting and liking what is no comment, and what became of that when the answer was lost."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.errors import NotSupportedError, OutcomeUnknownError
from socialkit.models import FoundState, MessageKind
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox.facebook import FacebookSimulator
from tests.platforms.facebook.scripted import attempt, message
from tests.platforms.facebook.test_colleagues import decided
from tests.support import collect, settle


@pytest.mark.parametrize("act", ["hide", "unhide", "like", "delete"])
async def test_a_private_message_can_only_be_answered_and_nothing_is_sent(
    page: Any, meta: FacebookSimulator, act: str
) -> None:
    meta.receive(text="Where is it?", private=True)
    (asked,) = await collect(page.inbox.iterate())

    with pytest.raises(NotSupportedError) as caught:
        await settle(getattr(page.inbox, act)(asked))

    assert (caught.value.instead, caught.value.written) == ("the Page's inbox at Facebook", False)


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE_COMMIT, Fault.DROP_AFTER_COMMIT])
@pytest.mark.parametrize("act", ["hide", "unhide", "delete"])
async def test_a_post_of_a_visitor_is_looked_at_as_a_post(
    page: Any, world: Sandbox, meta: FacebookSimulator, act: str, fault: Fault
) -> None:
    meta.receive(text="Buy elsewhere", kind="post")
    (written,) = await collect(page.inbox.iterate(kinds=[MessageKind.MENTION]))
    if act == "unhide":
        await settle(page.inbox.hide(written))
    world.fail("facebook", "delete_node" if act == "delete" else "post_post", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(getattr(page.inbox, act)(written))

    found = await decided(world, page, caught.value.attempt)

    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)


@pytest.mark.parametrize("write", ["hide", "delete comment"])
async def test_what_a_look_could_not_tell_is_undecided(page: Any, write: Any) -> None:
    asked = message(MessageKind.DIRECT_MESSAGE, "m_1", private=True)

    found = await settle(page.posts.find(attempt(write, target="m_1", message=asked)))

    assert found.state is FoundState.UNDECIDED
