"""What Facebook answers, as far as it is read. See https://developers.facebook.com/docs/graph-api/reference."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field

from socialkit.models import Lenient, Timestamp, WireModel
from socialkit.platforms._graph import Amount, Count, WireList, Words, edge_read

__all__ = [
    "FROM",
    "WireAdRow",
    "WireAttachment",
    "WireComment",
    "WireCommented",
    "WireConversation",
    "WireCounted",
    "WireFile",
    "WireId",
    "WireMade",
    "WireMessage",
    "WirePage",
    "WirePhoto",
    "WirePost",
    "WireSent",
    "WireSession",
    "WireStory",
    "WireUpload",
    "WireVideo",
    "WireVideoStatus",
]


FROM: Final = AliasChoices("from", "sender")
"""Who wrote something, as Facebook calls it and as we do: pushes are put into the same models."""


def _not_false(success: bool | None) -> bool | None:  # noqa: FBT001 - a validator
    """Refuse the answer that nothing was done: it is no success, whatever its status."""
    if success is False:
        message = "the answer says that it was no success"
        raise ValueError(message)
    return success


Id = Annotated[str, Field(min_length=1)]
"""What a write made; an empty one names nothing, so that nobody knows what it was."""


class WireId(WireModel):
    """What has an id, and perhaps a name."""

    id: str
    name: Words = ""


class WireSummary(WireModel):
    """What an edge says of all that it holds."""

    total_count: Lenient[Count] = None


class WireCounted(WireModel):
    """An edge that is only counted."""

    summary: Lenient[WireSummary] = None


class WireShares(WireModel):
    """How often a post was shared; left out while it was not."""

    count: Lenient[Count] = None


class WireTarget(WireModel):
    """What an attachment leads to."""

    id: Lenient[str] = None
    url: Lenient[str] = None


class WireAttachment(WireModel):
    """A picture, video, album or link below a post."""

    media_type: Lenient[str] = None
    type: Lenient[str] = None
    url: Lenient[str] = None
    unshimmed_url: Lenient[str] = None
    """Where a link leads; `url` may lead there by way of Facebook."""
    target: Lenient[WireTarget] = None
    subattachments: Annotated[WireList[WireAttachment] | None, BeforeValidator(edge_read)] = None


class WireComment(WireModel):
    """A comment; who wrote it is left out for people who did not grant the app."""

    id: Id
    message: Words = ""
    sender: Lenient[WireId] = Field(default=None, validation_alias=FROM)
    created_time: Lenient[Timestamp] = None
    parent: Lenient[WireId] = None
    is_hidden: Lenient[bool] = None
    permalink_url: Lenient[str] = None
    attachment: Lenient[WireAttachment] = None
    application: Lenient[WireId] = None


class WirePost(WireModel):
    """A post of a Page, or one that names it."""

    id: Id
    message: Words = ""
    created_time: Lenient[Timestamp] = None
    updated_time: Lenient[Timestamp] = None
    permalink_url: Lenient[str] = None
    sender: Lenient[WireId] = Field(default=None, validation_alias=FROM)
    is_published: Lenient[bool] = None
    is_hidden: Lenient[bool] = None
    scheduled_publish_time: Lenient[Timestamp] = None
    application: Lenient[WireId] = None
    attachments: Annotated[WireList[WireAttachment] | None, BeforeValidator(edge_read)] = None
    shares: Lenient[WireShares] = None
    reactions: Lenient[WireCounted] = None
    comments: Lenient[WireCounted] = None


class WireCommented(WireModel):
    """A post with what stands under it: what cannot be read is an error, and no silence."""

    id: str
    comments: WireList[WireComment] | None = None


class WirePicture(WireModel):
    """Where a picture lies."""

    url: Lenient[str] = None


class WirePictureData(WireModel):
    """The envelope of a picture."""

    data: Lenient[WirePicture] = None


class WirePage(WireModel):
    """A Page."""

    id: str
    name: Words = ""
    username: Lenient[str] = None
    link: Lenient[str] = None
    about: Lenient[str] = None
    followers_count: Lenient[Count] = None
    fan_count: Lenient[Count] = None
    picture: Lenient[WirePictureData] = None
    access_token: Lenient[str] = Field(default=None, repr=False)
    tasks: Lenient[tuple[str, ...]] = None


class WirePhoto(WireModel):
    """A picture."""

    id: str
    alt_text_custom: Lenient[str] = None
    link: Lenient[str] = None


class WirePhase(WireModel):
    """How far one part of the way of a video is."""

    status: Lenient[str] = None
    publish_status: Lenient[str] = None
    bytes_transfered: Lenient[Count] = None  # spelled so


class WireVideoStatus(WireModel):
    """How far a video is."""

    video_status: Lenient[str] = None
    uploading_phase: Lenient[WirePhase] = None
    processing_phase: Lenient[WirePhase] = None
    publishing_phase: Lenient[WirePhase] = None


class WireVideo(WireModel):
    """A video or reel."""

    id: str
    status: Lenient[WireVideoStatus] = None
    published: Lenient[bool] = None
    post_id: Lenient[str] = None
    permalink_url: Lenient[str] = None
    description: Words = ""
    scheduled_publish_time: Lenient[Timestamp] = None


class WireStory(WireModel):
    """A story."""

    post_id: str
    media_id: Lenient[str] = None
    creation_time: Lenient[Timestamp] = None


class WireMade(WireModel):
    """What writes answer, whichever of the ids they give."""

    id: Lenient[str] = None
    post_id: Lenient[str] = None
    success: Annotated[Lenient[bool], AfterValidator(_not_false)] = None


class WireSession(WireModel):
    """An upload in pieces, and from where to where the next one goes."""

    upload_session_id: Lenient[str] = None
    video_id: Lenient[str] = None
    start_offset: int = 0
    end_offset: int = 0


class WireUpload(WireModel):
    """An upload of a reel or of a story, and where its bytes go."""

    video_id: Id
    upload_url: str


class WireContent(WireModel):
    """Where the picture or video of a private message lies."""

    url: Lenient[str] = None


class WireFile(WireModel):
    """A file in a private message."""

    id: str
    mime_type: Lenient[str] = None
    image_data: Lenient[WireContent] = None
    video_data: Lenient[WireContent] = None


class WireMessage(WireModel):
    """A private message."""

    id: str
    message: Words = ""
    created_time: Lenient[Timestamp] = None
    sender: Lenient[WireId] = Field(default=None, validation_alias=FROM)
    attachments: Lenient[WireList[WireFile]] = None


class WireConversation(WireModel):
    """A conversation with its newest messages."""

    id: str
    updated_time: Lenient[Timestamp] = None
    messages: WireList[WireMessage] | None = None


class WireSent(WireModel):
    """What sending a private message answers."""

    recipient_id: Lenient[str] = None
    message_id: Id


class WireAction(WireModel):
    """How often people did one thing after an advertisement."""

    action_type: str
    value: Lenient[Amount] = None


class WireAdRow(WireModel):
    """One campaign on one day. Amounts are texts in the currency of the ad account."""

    campaign_id: str
    campaign_name: Words = ""
    account_currency: Lenient[str] = None
    date_start: date
    spend: Lenient[str] = None
    impressions: Lenient[Count] = None
    reach: Lenient[Count] = None
    clicks: Lenient[Count] = None
    actions: Lenient[list[WireAction]] = None
    conversions: Lenient[list[WireAction]] = None
