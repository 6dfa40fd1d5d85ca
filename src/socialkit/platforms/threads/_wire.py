"""What Threads answers, as far as it is read. See https://developers.facebook.com/docs/threads/reference."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, FiniteFloat

from socialkit.models import Lenient, Timestamp, WireModel
from socialkit.platforms._graph import Count, WireList, Words, edge_read

__all__ = [
    "WireAllowed",
    "WireDone",
    "WireMade",
    "WireMedia",
    "WireNode",
    "WirePlace",
    "WireQuotas",
    "WireUser",
]


class WireNode(WireModel):
    """What is only named."""

    id: str


class WireRoot(WireModel):
    """The post above a reply; pushes tell whose it is."""

    id: str
    owner_id: Lenient[str] = None
    username: Lenient[str] = None


class WireMedia(WireModel):
    """A post or reply. One that only repeats another has no text."""

    id: str
    media_type: Words = ""
    media_url: Lenient[str] = None
    thumbnail_url: Lenient[str] = None
    gif_url: Lenient[str] = None
    permalink: Lenient[str] = None
    owner: Lenient[WireNode] = None
    username: Words = ""
    text: Words = ""
    timestamp: Lenient[Timestamp] = None
    alt_text: Lenient[str] = None
    children: Annotated[WireList[WireNode] | None, BeforeValidator(edge_read)] = None
    quoted_post: Lenient[WireNode] = None
    reposted_post: Lenient[WireNode] = None
    has_replies: Lenient[bool] = None
    root_post: Lenient[WireRoot] = None
    replied_to: Lenient[WireNode] = None
    is_reply_owned_by_me: Lenient[bool] = None
    hide_status: Lenient[str] = None


class WireUser(WireModel):
    """The account itself."""

    id: str
    username: Words = ""
    name: Lenient[str] = None
    threads_profile_picture_url: Lenient[str] = None
    threads_biography: Lenient[str] = None
    is_verified: Lenient[bool] = None


class WireMade(WireModel):
    """What a call answers that makes something."""

    id: str = Field(min_length=1)


class WireDone(WireModel):
    """What a call answers that changes something: anything else than that it did leaves it open."""

    success: Literal[True]


class WirePlace(WireModel):
    """A place."""

    id: str
    name: Words = ""
    address: Lenient[str] = None
    city: Lenient[str] = None
    country: Lenient[str] = None
    postal_code: Lenient[str] = None
    latitude: Lenient[FiniteFloat] = None
    longitude: Lenient[FiniteFloat] = None


class WireAllowed(WireModel):
    """How much there is of something, and for how many seconds."""

    quota_total: Lenient[Count] = None
    quota_duration: Lenient[Count] = None


class WireQuotas(WireModel):
    """What the account used of its allowances."""

    quota_usage: Lenient[Count] = None
    config: Lenient[WireAllowed] = None
    reply_quota_usage: Lenient[Count] = None
    reply_config: Lenient[WireAllowed] = None
    delete_quota_usage: Lenient[Count] = None
    delete_config: Lenient[WireAllowed] = None
    location_search_quota_usage: Lenient[Count] = None
    location_search_config: Lenient[WireAllowed] = None
