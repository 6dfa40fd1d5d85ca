"""What crosses the common interface: drafts, posts, messages, profiles, observations."""

from socialkit.models._account import AccountRef, Author, Profile
from socialkit.models._attempt import Attempt, WriteKind
from socialkit.models._base import (
    AwareTime,
    Lenient,
    Model,
    OpenEnum,
    Raw,
    Timestamp,
    WireModel,
    require_aware,
)
from socialkit.models._capability import Capability, CatalogueEntry, Evidence, Limits, MediaLimit
from socialkit.models._draft import Draft, Overflow, Purpose, Variant
from socialkit.models._found import Found, FoundState
from socialkit.models._listening import Trend, TrendKind
from socialkit.models._media import Media
from socialkit.models._message import Message, MessageKind, NoticeKind
from socialkit.models._observation import Missing, Observation, SubjectKind
from socialkit.models._options import PlatformOptions
from socialkit.models._post import Incomplete, Outcome, Post
from socialkit.models._probe import MediaKind
from socialkit.models._problem import Basis, Measure, Problem, Severity
from socialkit.models._shared import PostMedia, Visibility

__all__ = [
    "AccountRef",
    "Attempt",
    "Author",
    "AwareTime",
    "Basis",
    "Capability",
    "CatalogueEntry",
    "Draft",
    "Evidence",
    "Found",
    "FoundState",
    "Incomplete",
    "Lenient",
    "Limits",
    "Measure",
    "Media",
    "MediaKind",
    "MediaLimit",
    "Message",
    "MessageKind",
    "Missing",
    "Model",
    "NoticeKind",
    "Observation",
    "OpenEnum",
    "Outcome",
    "Overflow",
    "PlatformOptions",
    "Post",
    "PostMedia",
    "Problem",
    "Profile",
    "Purpose",
    "Raw",
    "Severity",
    "SubjectKind",
    "Timestamp",
    "Trend",
    "TrendKind",
    "Variant",
    "Visibility",
    "WireModel",
    "WriteKind",
    "require_aware",
]
