"""What is to be published: drafts and their variants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator

from socialkit.errors import ConfigurationError
from socialkit.models._account import ACCOUNT
from socialkit.models._base import GivenModel
from socialkit.models._language import Language
from socialkit.models._media import Media
from socialkit.models._options import AnyOptions, PlatformOptions
from socialkit.models._purpose import UTM, Purpose
from socialkit.models._shared import Several, Visibility

__all__ = ["Draft", "Overflow", "Target", "Variant"]

OptionsT = TypeVar("OptionsT", bound=PlatformOptions)

Overflow = Literal["refuse", "truncate", "thread"]
"""What to do with a text over the limit: refuse it, cut it at a word, or publish it as a thread."""


TARGET: Final = re.compile(rf"[^\s/]+|{ACCOUNT}")
"""A platform, or an account."""


def _target(key: str) -> str:
    if not _is_target(key):
        raise ValueError(_is_no_target(key))
    return key


@lru_cache(maxsize=1024)
def _is_target(key: str) -> bool:
    # Asked for each draft that is looked at, about the same few accounts.
    return TARGET.fullmatch(key) is not None


def _is_no_target(key: str) -> str:
    return f"{key!r} is neither a platform, such as 'x', nor an account, such as 'acme/x/main'"


Target = Annotated[str, AfterValidator(_target)]
"""Whom a variant or a share is for: a platform (`x`), or an account (`acme/x/main`)."""


def _flat(parts: Sequence[Draft]) -> Sequence[Draft]:
    if any(part.thread or any(one.thread for one in part.variants.values()) for part in parts):
        message = "a part of a thread has a thread of its own: give the parts in one list"
        raise ValueError(message)
    return parts


class Variant(GivenModel):
    """What one platform or account gets instead.

    A field that is not given is inherited from the draft; one that is given empty is removed.

    Example:
        >>> draft = Draft(text="One and two", language="en", variants={"x": Variant(text="One")})
        >>> short = draft.for_("x")
        >>> short.text, short.language
        ('One', 'en')
    """

    text: str = ""
    media: Several[Media] = ()
    thread: Annotated[Several[Draft], AfterValidator(_flat)] = ()
    first_comment: str | None = None
    language: Language | None = None
    visibility: Visibility | None = None
    reply_to: str | None = None
    quotes: str | None = None
    overflow: Overflow = "refuse"
    utm: UTM | None = None


class Draft(GivenModel):
    """A post before it is published; frozen, so what was checked is what is sent.

    Example:
        >>> draft = Draft(text="One", thread=[Draft(text="Two")])
        >>> [part.text for part in draft.parts]
        ['One', 'Two']
    """

    text: str = ""
    media: Several[Media] = ()
    thread: Annotated[Several[Draft], AfterValidator(_flat)] = ()
    """The parts after the first, each a draft with a text and media of its own, but no thread."""
    first_comment: str | None = None
    """A comment of our own under the post; if it fails, the post still counts as published."""
    language: Language | None = None
    """BCP 47, such as `en` or `pt-BR`."""
    visibility: Visibility | None = None
    """Who sees it; None is what the account itself has as its default."""
    reply_to: str | None = None
    """The id of the post that it answers."""
    quotes: str | None = None
    """The id of the post that it quotes."""
    overflow: Overflow = "refuse"
    utm: UTM | None = None
    """The parameters that links get, in the text, the first comment and the parts of the thread."""
    purpose: Purpose | None = None
    variants: Mapping[Target, Variant] = {}
    """By platform (`x`) or account (`acme/x/main`)."""
    options: Several[AnyOptions] = ()

    @property
    def parts(self) -> tuple[Draft, ...]:
        """The draft itself and the rest of its thread, in order."""
        return (self, *self.thread)

    def for_(self, target: str) -> Draft:
        """Return the draft as a platform, or one account on it, gets it.

        The platform's variant is laid over the draft, then the account's. Options of other platforms go.

        Args:
            target: A platform (`x`), or an account (`acme/x/main`).

        Raises:
            ConfigurationError: It is neither, such as the key of an account that belongs to no brand.
        """
        if not _is_target(target):
            raise ConfigurationError(_is_no_target(target))
        draft = self._laid(target)
        thread = tuple(part._laid(target) for part in draft.thread)
        if all(mine is part for mine, part in zip(thread, draft.thread, strict=True)):
            return draft
        return draft.model_copy(update={"thread": thread})

    def _laid(self, target: str) -> Draft:
        if not self.variants and not self.options:
            return self
        platform = target.split("/")[1] if "/" in target else target
        changes: dict[str, Any] = {"variants": {}}
        for key in dict.fromkeys((platform, target)):
            variant = self.variants.get(key)
            if variant is not None:
                changes |= {name: getattr(variant, name) for name in variant.model_fields_set}
        changes["options"] = tuple(one for one in self.options if one.platform == platform)
        if not self.variants and len(changes["options"]) == len(self.options):
            return self
        return self.model_copy(update=changes)

    def option(self, kind: type[OptionsT]) -> OptionsT | None:
        """Return the options of one class, if the draft has them; of several, which `check` tells, the last.

        Args:
            kind: The class, such as `MastodonOptions`.
        """
        return next((one for one in reversed(self.options) if isinstance(one, kind)), None)
