"""In what a post that was read back differs from its draft, whichever platform it is."""

from __future__ import annotations

import unicodedata

from socialkit.models import Draft, Post
from tests.platforms.base.postcards import Postcards
from tests.transport.fakes import SteppedTransport, json_answer


def test_letters_are_the_same_composed_or_not() -> None:
    posts = Postcards(transport=SteppedTransport(json_answer({}))).posts
    apart = unicodedata.normalize("NFD", "Café à la crème")

    assert posts.differences(Post(id="1", text="Café à la crème"), Draft(text=apart)) == ()
    assert posts.differences(Post(id="1", text=apart), Draft(text="Café à la crème")) == ()
    assert posts.differences(Post(id="1", text="Cafe à la crème"), Draft(text=apart)) != ()
