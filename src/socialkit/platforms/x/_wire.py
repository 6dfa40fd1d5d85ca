"""Answers as X sends them, in both vocabularies; only what is read. See https://docs.x.com/x-api.

Fields come when they are asked for and there is something to tell: what a post is still a post without is
`Lenient`. Ids are texts of digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Generic, Self, TypeVar, cast

from pydantic import AliasChoices, BeforeValidator, Field, model_validator

from socialkit.models import Lenient, Timestamp, WireModel
from socialkit.platforms.x._ids import ID

__all__ = [
    "Count",
    "WireCounts",
    "WireCreated",
    "WireDeleted",
    "WireEntities",
    "WireEvent",
    "WireEvents",
    "WireFilmMetrics",
    "WireHidden",
    "WireIncludes",
    "WireLiked",
    "WireMedia",
    "WireMeta",
    "WireMetrics",
    "WireOne",
    "WirePage",
    "WirePost",
    "WirePosts",
    "WirePrivateMetrics",
    "WireProblem",
    "WireProcessing",
    "WireSent",
    "WireUpload",
    "WireUploaded",
    "WireUrl",
    "WireUser",
    "WireUserMetrics",
    "WireWhole",
    "WireWrapper",
]

T = TypeVar("T")

ITEMS: Final = ("tweet", "post", "dm_event")
"""What X calls the things that pages are of."""

Count = Annotated[int, Field(ge=0, lt=2**63)]
Made = Annotated[str, Field(pattern=f"^{ID.pattern}$")]
"""The id of what a write made: without one that is whole nobody could look for the thing again."""


class WireUrl(WireModel):
    """A link in a text, which X has replaced by one of its own."""

    url: str
    expanded_url: Lenient[str] = None
    media_key: Lenient[str] = None
    """There for links that lead to the post's own files."""


class WireEntities(WireModel):
    """What stands in a text."""

    urls: Lenient[list[WireUrl]] = None


class WireNote(WireModel):
    """The whole of a text that is longer than the usual."""

    text: str
    entities: Lenient[WireEntities] = None


class WireReference(WireModel):
    """How a post refers to another one."""

    type: str
    id: str


class WireAttachments(WireModel):
    """What a post has with it."""

    media_keys: Lenient[list[str]] = None
    poll_ids: Lenient[list[str]] = None


class WireEditControls(WireModel):
    """How long and how often a post may be changed."""

    is_edit_eligible: Lenient[bool] = None
    edits_remaining: Lenient[Count] = None
    editable_until: Lenient[Timestamp] = None


class WireMetrics(WireModel):
    """Counts that everybody sees."""

    like_count: Lenient[Count] = None
    reply_count: Lenient[Count] = None
    share_count: Lenient[Count] = Field(
        default=None, validation_alias=AliasChoices("retweet_count", "repost_count")
    )
    quote_count: Lenient[Count] = None
    bookmark_count: Lenient[Count] = None
    impression_count: Lenient[Count] = None


class WirePrivateMetrics(WireMetrics):
    """Counts that only the author sees, for thirty days."""

    url_link_clicks: Lenient[Count] = None
    user_profile_clicks: Lenient[Count] = None
    engagements: Lenient[Count] = None


class WireFilmMetrics(WireModel):
    """Counts of a film that everybody sees."""

    view_count: Lenient[Count] = None


class WirePost(WireModel):
    """A post."""

    id: str
    text: str = ""
    """As HTML escapes it, links replaced."""
    author_id: Lenient[str] = None
    created_at: Lenient[Timestamp] = None
    conversation_id: Lenient[str] = None
    in_reply_to_user_id: Lenient[str] = None
    lang: Lenient[str] = None
    attachments: Lenient[WireAttachments] = None
    entities: Lenient[WireEntities] = None
    note: Lenient[WireNote] = Field(default=None, validation_alias=AliasChoices("note_tweet", "note_post"))
    referenced: Lenient[list[WireReference]] = Field(
        default=None, validation_alias=AliasChoices("referenced_tweets", "referenced_posts")
    )
    versions: Lenient[list[str]] = Field(
        default=None, validation_alias=AliasChoices("edit_history_tweet_ids", "edit_history_post_ids")
    )
    """Its ids, oldest first: each edit makes a new one."""
    edit_controls: Lenient[WireEditControls] = None
    public_metrics: Lenient[WireMetrics] = None
    non_public_metrics: Lenient[WirePrivateMetrics] = None
    organic_metrics: Lenient[WirePrivateMetrics] = None
    film_metrics: Lenient[WireFilmMetrics] = None
    """Not X's own: put together of the films that stand beside the post."""

    def reference(self, kind: str) -> str | None:
        """Return the id of the post that it refers to in this way."""
        return next((one.id for one in self.referenced or () if one.type == kind), None)


class WireUserMetrics(WireModel):
    """Counts of an account."""

    followers_count: Lenient[Count] = None
    following_count: Lenient[Count] = None
    post_count: Lenient[Count] = Field(
        default=None, validation_alias=AliasChoices("tweet_count", "post_count")
    )


class WireUser(WireModel):
    """An account."""

    id: str
    username: str = ""
    name: str = ""
    description: Lenient[str] = None
    created_at: Lenient[Timestamp] = None
    profile_image_url: Lenient[str] = None
    public_metrics: Lenient[WireUserMetrics] = None


class WireMedia(WireModel):
    """A file of a post."""

    media_key: str
    type: Lenient[str] = None
    url: Lenient[str] = None
    preview_image_url: Lenient[str] = None
    alt_text: Lenient[str] = None
    public_metrics: Lenient[WireFilmMetrics] = None


class WireIncludes(WireModel):
    """What posts refer to."""

    users: Lenient[list[WireUser]] = None
    media: Lenient[list[WireMedia]] = None


class WireMeta(WireModel):
    """Where a page stands among others."""

    next_token: Lenient[str] = None
    result_count: Lenient[Count] = None


def _require_told(meta: WireMeta | None, shown: int) -> None:
    """Raise if a page holds nothing, and does not say that there is nothing."""
    if not shown and (meta is None or meta.result_count != 0):
        raise ValueError("there is neither data nor a result_count of zero")


def _is_whole(meta: WireMeta | None, shown: int) -> bool:
    """Return whether a page shows all that it counts: what X cannot show it leaves out."""
    return meta is None or meta.result_count is None or meta.result_count == shown


class WireProblem(WireModel):
    """What X could not tell, beside what it tells."""

    type: Lenient[str] = None
    field: Lenient[str] = None
    parameter: Lenient[str] = None
    """What of the request it is about: an expansion, where it is about something that a post refers to."""
    section: Lenient[str] = None
    resource_id: Lenient[str] = None
    resource_type: Lenient[str] = None

    @property
    def kind(self) -> str:
        """The last part of its type, which names it."""
        return (self.type or "").rstrip("/").rpartition("/")[2]

    @property
    def of_an_item(self) -> bool:
        """Whether it may be that a thing of the page itself is not shown."""
        beside = self.section == "includes" or self.parameter not in {None, "id", "ids"}
        return self.field is None and not beside and self.resource_type in {None, *ITEMS}


def _listed(value: object) -> object:
    """Return what stands where problems do as a list: what is none tells that there is one."""
    if isinstance(value, list):
        return cast("list[object]", value)
    return [] if value is None else [value]


Problems = Annotated[list[Lenient[WireProblem]], BeforeValidator(_listed)]
"""What X could not tell; None for a problem that nobody can read."""


def _left_out(problems: Problems, shown: Iterable[str]) -> tuple[str | None, ...]:
    """Return the ids of what X says it could not show, None for one without; a page shows the others."""
    untold = [one or WireProblem() for one in problems]
    ids = {one.resource_id for one in untold if one.of_an_item} - {*shown}
    return tuple(one if one is not None and ID.fullmatch(one) else None for one in ids)


class WirePosts(WireModel):
    """Posts that were asked for by their ids; of those that are not there it says so."""

    data: list[WirePost] = []
    includes: Lenient[WireIncludes] = None
    meta: Lenient[WireMeta] = None
    errors: Problems = []

    @model_validator(mode="after")
    def _tells(self) -> Self:
        if not self.errors:
            _require_told(self.meta, len(self.data))
        return self


class WirePage(WirePosts):
    """A page of posts; one without any says so, so that an answer of somebody else's is not taken for it."""

    @model_validator(mode="after")
    def _tells(self) -> Self:
        _require_told(self.meta, len(self.data))
        return self

    @property
    def whole(self) -> bool:
        """Whether it shows every post that it counts."""
        return _is_whole(self.meta, len(self.data))

    @property
    def left_out(self) -> tuple[str | None, ...]:
        """Which posts X says it could not show: their ids, None for one without."""
        return _left_out(self.errors, (one.id for one in self.data))


class WireOne(WireModel):
    """One post."""

    data: WirePost
    includes: Lenient[WireIncludes] = None


class WireWrapper(WireModel, Generic[T]):
    """Anything, as X wraps it."""

    data: T


class WireWhole(WireModel):
    """One account."""

    data: WireUser


class WireNew(WireModel):
    """A post that was just made."""

    id: Made
    text: str


class WireCreated(WireModel):
    """The answer to a new post."""

    data: WireNew


class WireIsDeleted(WireModel):
    """Whether it is gone."""

    deleted: bool


class WireDeleted(WireModel):
    """The answer to a deletion; X's table of statuses has one without a body, which says the same."""

    data: WireIsDeleted

    @model_validator(mode="before")
    @classmethod
    def _bodiless(cls, value: object) -> object:
        return {"data": {"deleted": True}} if value is None else value


class WireIsHidden(WireModel):
    """Whether it is hidden."""

    hidden: bool


class WireHidden(WireModel):
    """The answer to hiding."""

    data: WireIsHidden


class WireIsLiked(WireModel):
    """Whether it is liked."""

    liked: bool


class WireLiked(WireModel):
    """The answer to a like."""

    data: WireIsLiked


class WireEvent(WireModel):
    """Something in a private conversation."""

    id: str
    event_type: str = "MessageCreate"
    text: Lenient[str] = None
    sender_id: Lenient[str] = None
    dm_conversation_id: Lenient[str] = None
    created_at: Lenient[Timestamp] = None
    attachments: Lenient[WireAttachments] = None
    entities: Lenient[WireEntities] = None


class WireEvents(WireModel):
    """A page of private messages; one without any says so."""

    data: list[WireEvent] = []
    includes: Lenient[WireIncludes] = None
    meta: Lenient[WireMeta] = None
    errors: Problems = []

    @model_validator(mode="after")
    def _tells(self) -> Self:
        _require_told(self.meta, len(self.data))
        return self

    @property
    def whole(self) -> bool:
        """Whether it shows every message that it counts."""
        return _is_whole(self.meta, len(self.data))

    @property
    def left_out(self) -> tuple[str | None, ...]:
        """Which messages X says it could not show: their ids, None for one without."""
        return _left_out(self.errors, (one.id for one in self.data))


class WireMessageSent(WireModel):
    """A private message that was just sent."""

    dm_conversation_id: str
    dm_event_id: Made


class WireSent(WireModel):
    """The answer to a private message."""

    data: WireMessageSent


class WireProcessingError(WireModel):
    """Why a file could not be processed."""

    name: Lenient[str] = None
    message: Lenient[str] = None


class WireProcessing(WireModel):
    """How far the work on a file is."""

    state: Lenient[str] = None
    """`pending`, `in_progress`, `succeeded` or `failed`; whatever else it is, nobody said that it is done."""
    check_after_secs: Lenient[Annotated[float, Field(ge=0, le=3600)]] = None
    error: Lenient[WireProcessingError] = None


def _something(value: object) -> object:
    """Return what is told of the work on a file; what cannot be read is no word that there is none."""
    if value is None or isinstance(value, dict):
        return cast("object", value)
    return {}


class WireUpload(WireModel):
    """A file that is uploaded."""

    id: Made
    media_key: Lenient[str] = None
    expires_after_secs: Lenient[Annotated[int, Field(gt=0, lt=2**31)]] = None
    processing_info: Annotated[WireProcessing | None, BeforeValidator(_something)] = None


class WireUploaded(WireModel):
    """The answer to a step of an upload."""

    data: WireUpload


class WireCount(WireModel):
    """How many posts there were in a stretch of time."""

    start: Timestamp
    end: Timestamp
    count: Count = Field(validation_alias=AliasChoices("tweet_count", "post_count"))


class WireTotal(WireMeta):
    """How many posts there were in all."""

    total: Lenient[Count] = Field(
        default=None, validation_alias=AliasChoices("total_tweet_count", "total_post_count")
    )


class WireCounts(WireModel):
    """How many posts a query finds, over time; where it tells of no time, it says that there are none."""

    data: list[WireCount] = []
    meta: Lenient[WireTotal] = None

    @model_validator(mode="after")
    def _tells(self) -> Self:
        if not self.data and (self.meta is None or self.meta.total != 0):
            raise ValueError("there are neither counts nor a total of zero")
        return self
