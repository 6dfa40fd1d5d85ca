"""What crosses the common interface: drafts, posts, messages, profiles, observations."""

from socialkit.models._account import AccountRef, Author, Profile
from socialkit.models._ads import AdDay
from socialkit.models._attempt import Attempt, OwnWriteKind, WriteKind
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
from socialkit.models._document import Document
from socialkit.models._draft import Draft, Overflow, Variant
from socialkit.models._found import Found, FoundState
from socialkit.models._hosted import HostedMedia
from socialkit.models._hours import BusinessHours
from socialkit.models._kept import Kept, RetentionLimit
from socialkit.models._listening import Trend, TrendKind
from socialkit.models._media import Media
from socialkit.models._message import Message, MessageKind, NoticeKind
from socialkit.models._money import Money
from socialkit.models._observation import Missing, Observation, SubjectKind
from socialkit.models._options import PlatformOptions
from socialkit.models._period import Period
from socialkit.models._post import Incomplete, Outcome, Post
from socialkit.models._probe import MediaKind
from socialkit.models._problem import Basis, Measure, Problem, Severity
from socialkit.models._purpose import UTM, Purpose
from socialkit.models._recurrence import Recurrence
from socialkit.models._retention import Retention, RetentionRule
from socialkit.models._shared import PostMedia, Visibility
from socialkit.models._slots import PostingSchedule, Slot, Weekday
from socialkit.models._walltime import GapRule, OverlapRule, WallKind, WallTime
from socialkit.models._webhook_event import WebhookEvent, WebhookEventKind

__all__ = [
    "UTM",
    "AccountRef",
    "AdDay",
    "Attempt",
    "Author",
    "AwareTime",
    "Basis",
    "BusinessHours",
    "Capability",
    "CatalogueEntry",
    "Document",
    "Draft",
    "Evidence",
    "Found",
    "FoundState",
    "GapRule",
    "HostedMedia",
    "Incomplete",
    "Kept",
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
    "Money",
    "NoticeKind",
    "Observation",
    "OpenEnum",
    "Outcome",
    "Overflow",
    "OverlapRule",
    "OwnWriteKind",
    "Period",
    "PlatformOptions",
    "Post",
    "PostMedia",
    "PostingSchedule",
    "Problem",
    "Profile",
    "Purpose",
    "Raw",
    "Recurrence",
    "Retention",
    "RetentionLimit",
    "RetentionRule",
    "Severity",
    "Slot",
    "SubjectKind",
    "Timestamp",
    "Trend",
    "TrendKind",
    "Variant",
    "Visibility",
    "WallKind",
    "WallTime",
    "WebhookEvent",
    "WebhookEventKind",
    "Weekday",
    "WireModel",
    "WriteKind",
    "require_aware",
]
