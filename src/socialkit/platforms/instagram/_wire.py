"""What Instagram answers, as far as it is read.

See https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field

from socialkit.models import Lenient, Timestamp, WireModel
from socialkit.platforms._graph import Count, WireList, edge_read

__all__ = [
    "FROM",
    "Id",
    "WireComment",
    "WireCommented",
    "WireConversation",
    "WireDiscovered",
    "WireHashtag",
    "WireId",
    "WireLimits",
    "WireMade",
    "WireMedia",
    "WireMention",
    "WireMessage",
    "WirePage",
    "WireSent",
    "WireTaken",
    "WireUser",
    "WireWriter",
]

FROM: Final = AliasChoices("from", "sender")
"""Who wrote something, as Instagram calls it and as we do: pushes are put into the same models."""


def _id(value: object) -> object:
    """Return an id as a text: some answers give numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _not_false(success: bool | None) -> bool | None:  # noqa: FBT001 - a validator
    """Refuse the answer that nothing was done: it is no success, whatever its status."""
    if success is False:
        message = "the answer says that it was no success"
        raise ValueError(message)
    return success


Id = Annotated[str, BeforeValidator(_id), Field(min_length=1)]
"""An id that is none is a wrong answer: what a write made would be lost."""


class WireId(WireModel):
    """What has an id, and perhaps a name."""

    id: Id
    username: Lenient[str] = None


class WireWriter(WireId):
    """Who wrote a comment, by an id that may be another one than the account's."""

    self_ig_scoped_id: Lenient[Id] = None


class WireMedia(WireModel):
    """A picture, reel, carousel or story, or a file of a carousel. Hidden likes are left out."""

    id: Id
    caption: Lenient[str] = None
    media_type: Lenient[str] = None
    media_product_type: Lenient[str] = None
    media_url: Lenient[str] = None
    thumbnail_url: Lenient[str] = None
    permalink: Lenient[str] = None
    shortcode: Lenient[str] = None
    timestamp: Lenient[Timestamp] = None
    username: Lenient[str] = None
    owner: Lenient[WireId] = None
    like_count: Lenient[Count] = None
    comments_count: Lenient[Count] = None
    is_comment_enabled: Lenient[bool] = None
    alt_text: Lenient[str] = None
    children: Annotated[WireList[WireMedia] | None, BeforeValidator(edge_read)] = None
    comments: Annotated[WireList[WireComment] | None, BeforeValidator(edge_read)] = None


class WireUser(WireModel):
    """A professional account; with Instagram's own login its id stands in `user_id`."""

    id: Lenient[Id] = None
    user_id: Lenient[Id] = None
    username: Lenient[str] = None
    name: Lenient[str] = None
    biography: Lenient[str] = None
    website: Lenient[str] = None
    profile_picture_url: Lenient[str] = None
    followers_count: Lenient[Count] = None
    follows_count: Lenient[Count] = None
    media_count: Lenient[Count] = None
    account_type: Lenient[str] = None


class WirePage(WireModel):
    """A Facebook Page, and the account that is linked to it."""

    id: Id
    name: str = ""
    access_token: Lenient[str] = Field(default=None, repr=False)
    instagram_business_account: Lenient[WireId] = None


class WireComment(WireModel):
    """A comment, with its answers where they are asked for."""

    id: Id
    text: Lenient[str] = None
    timestamp: Lenient[Timestamp] = None
    username: Lenient[str] = None
    sender: Lenient[WireWriter] = Field(default=None, validation_alias=FROM)
    hidden: Lenient[bool] = None
    parent_id: Lenient[Id] = None
    like_count: Lenient[Count] = None
    replies: Annotated[WireList[WireComment] | None, BeforeValidator(edge_read)] = None


class WireCommented(WireModel):
    """A post with what stands under it: what cannot be read is an error, and no silence."""

    id: Id
    comments: Annotated[WireList[WireComment] | None, BeforeValidator(edge_read)] = None


class WireMention(WireModel):
    """A comment or post of somebody else that names the account, read by its id."""

    mentioned_comment: Lenient[WireComment] = None
    mentioned_media: Lenient[WireMedia] = None


class WireMessage(WireModel):
    """A private message; one of a picture alone may have no text."""

    id: Id
    message: Lenient[str] = None
    created_time: Lenient[Timestamp] = None
    sender: Lenient[WireId] = Field(default=None, validation_alias=FROM)


class WireConversation(WireModel):
    """A conversation with its newest messages: one that cannot be read is an error, and no silence."""

    id: Id
    updated_time: Lenient[Timestamp] = None
    messages: Annotated[WireList[WireMessage] | None, BeforeValidator(edge_read)] = None


class WireSent(WireModel):
    """What sending a private message answers."""

    recipient_id: Lenient[Id] = None
    message_id: Id


class WireMade(WireModel):
    """What writes answer: an id, or that it went well."""

    id: Lenient[Id] = None
    success: Annotated[Lenient[bool], AfterValidator(_not_false)] = None


class WireTaken(WireModel):
    """What the host answers that takes bytes."""

    success: Lenient[bool] = None


class WireHashtag(WireModel):
    """A hashtag."""

    id: Id
    name: Lenient[str] = None


class WireDiscovered(WireModel):
    """Another professional account, as one of ours may see it."""

    business_discovery: Lenient[WireUser] = None


class WireConfig(WireModel):
    """What is allowed."""

    quota_total: Lenient[Count] = None
    quota_duration: Lenient[Count] = None


class WireLimits(WireModel):
    """How much of what is allowed is used."""

    quota_usage: Lenient[Count] = None
    config: Lenient[WireConfig] = None
