"""The common interface: what every platform offers, written once."""

from socialkit.platforms.base._account import Account
from socialkit.platforms.base._ads import Ads
from socialkit.platforms.base._client import (
    AsyncClient,
    AsyncHasAccount,
    AsyncHasAds,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasListening,
    AsyncHasMedia,
    AsyncHasPosts,
    Client,
    HasAccount,
    HasAds,
    HasInbox,
    HasInsights,
    HasListening,
    HasMedia,
    HasPosts,
    LoginFound,
    PlatformClient,
    facts_for,
    is_named,
    login_of,
    require_account,
    require_author,
    require_known,
    settings_of,
)
from socialkit.platforms.base._core import Core, Finder, refused_for_good
from socialkit.platforms.base._differences import Reading, in_one_line
from socialkit.platforms.base._facts import PlatformFacts
from socialkit.platforms.base._hosting import AsyncMediaHost, MediaHost
from socialkit.platforms.base._inbox import Inbox
from socialkit.platforms.base._insights import Insights
from socialkit.platforms.base._listening import Listening
from socialkit.platforms.base._login import AsksByAccount, LoginFlow, LoginPlan
from socialkit.platforms.base._media import MediaFiles, fetched, fitting, hosted, processed
from socialkit.platforms.base._namespace import Namespace
from socialkit.platforms.base._observations import observations, post_observations
from socialkit.platforms.base._opening import host_of, open_core
from socialkit.platforms.base._paging import no_cursor, offset_of, page_size
from socialkit.platforms.base._place import Place
from socialkit.platforms.base._posts import PLANNED, Posts
from socialkit.platforms.base._quotas import Quota
from socialkit.platforms.base._rules import DraftRules, comment_of
from socialkit.platforms.base._steps import (
    FIRST_COMMENT,
    acted,
    last_made,
    made_again,
    publish_draft,
    publish_parts,
    secondary,
)
from socialkit.platforms.base._things import of_type, several
from socialkit.platforms.base._three_legged import ThreeLegged
from socialkit.platforms.base._token_keys import token_key
from socialkit.platforms.base._webhooks import Hint, PushedThing, PushFacts, account_of, read_again

__all__ = [
    "FIRST_COMMENT",
    "PLANNED",
    "Account",
    "Ads",
    "AsksByAccount",
    "AsyncClient",
    "AsyncHasAccount",
    "AsyncHasAds",
    "AsyncHasInbox",
    "AsyncHasInsights",
    "AsyncHasListening",
    "AsyncHasMedia",
    "AsyncHasPosts",
    "AsyncMediaHost",
    "Client",
    "Core",
    "DraftRules",
    "Finder",
    "HasAccount",
    "HasAds",
    "HasInbox",
    "HasInsights",
    "HasListening",
    "HasMedia",
    "HasPosts",
    "Hint",
    "Inbox",
    "Insights",
    "Listening",
    "LoginFlow",
    "LoginFound",
    "LoginPlan",
    "MediaFiles",
    "MediaHost",
    "Namespace",
    "Place",
    "PlatformClient",
    "PlatformFacts",
    "Posts",
    "PushFacts",
    "PushedThing",
    "Quota",
    "Reading",
    "ThreeLegged",
    "account_of",
    "acted",
    "comment_of",
    "facts_for",
    "fetched",
    "fitting",
    "host_of",
    "hosted",
    "in_one_line",
    "is_named",
    "last_made",
    "login_of",
    "made_again",
    "no_cursor",
    "observations",
    "of_type",
    "offset_of",
    "open_core",
    "page_size",
    "post_observations",
    "processed",
    "publish_draft",
    "publish_parts",
    "read_again",
    "refused_for_good",
    "require_account",
    "require_author",
    "require_known",
    "secondary",
    "settings_of",
    "several",
    "token_key",
]
