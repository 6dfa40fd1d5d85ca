"""Publishing that neither loses nor doubles: plans, a journal, deliveries, freezes."""

from __future__ import annotations

from socialkit.authority import Permission
from socialkit.publishing._accounts import Accounts, Authorises
from socialkit.publishing._audit import AuditForm, AuditLine, AuditSubject
from socialkit.publishing._calendars import HasSlots
from socialkit.publishing._estimates import Conflict, ConflictKind, Estimate, Need
from socialkit.publishing._folder_host import FolderMediaHost
from socialkit.publishing._freezes import Backlog, Native
from socialkit.publishing._journal import Journal
from socialkit.publishing._letting_go import LetGo, LetGoItem
from socialkit.publishing._loop import work, work_async
from socialkit.publishing._media_store import FolderMediaStore, MediaStore
from socialkit.publishing._models import Delivery, DeliveryState, Event, Freeze, Preview, Scope
from socialkit.publishing._progress import TerminalProgress
from socialkit.publishing._publisher import AsyncPublisher, Publisher, PublisherBase
from socialkit.publishing._push_store import JournalPushStore, PushClaim
from socialkit.publishing._s3_host import S3MediaHost
from socialkit.publishing._s3_store import S3MediaStore
from socialkit.publishing._token_store import JournalTokenStore

__all__ = [
    "Accounts",
    "AsyncPublisher",
    "AuditForm",
    "AuditLine",
    "AuditSubject",
    "Authorises",
    "Backlog",
    "Conflict",
    "ConflictKind",
    "Delivery",
    "DeliveryState",
    "Estimate",
    "Event",
    "FolderMediaHost",
    "FolderMediaStore",
    "Freeze",
    "HasSlots",
    "Journal",
    "JournalPushStore",
    "JournalTokenStore",
    "LetGo",
    "LetGoItem",
    "MediaStore",
    "Native",
    "Need",
    "Permission",
    "Preview",
    "Publisher",
    "PublisherBase",
    "PushClaim",
    "S3MediaHost",
    "S3MediaStore",
    "Scope",
    "TerminalProgress",
    "work",
    "work_async",
]
