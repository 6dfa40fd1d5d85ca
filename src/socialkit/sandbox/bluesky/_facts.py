"""Declared facts of the simulated network: names, lives of tokens, limits."""

from datetime import timedelta

HOST = "bluesky.sandbox.example"
BASE_URL = f"https://{HOST}"
SERVICE_DID = f"did:web:{HOST}"
VIDEO_DID = "did:web:video.bsky.app"
CHAT_SERVICE = "did:web:api.bsky.chat#bsky_chat"

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
THREADGATE = "app.bsky.feed.threadgate"
POSTGATE = "app.bsky.feed.postgate"
FOLLOW = "app.bsky.graph.follow"
BLOCK = "app.bsky.graph.block"
LIST = "app.bsky.graph.list"
LIST_ITEM = "app.bsky.graph.listitem"
PROFILE = "app.bsky.actor.profile"

ACCESS_LIFE = timedelta(minutes=120)
REFRESH_LIFE = timedelta(days=90)
REFRESH_GRACE = timedelta(hours=2)
"""How long a used refresh token still gives the same successor."""
OAUTH_LIFE = timedelta(hours=1)
CODE_LIFE = timedelta(minutes=1)
PUSHED_LIFE = timedelta(minutes=5)
NONCE_LIFE = timedelta(minutes=3)

SCOPE_ACCOUNT = "com.atproto.access"
SCOPE_REFRESH = "com.atproto.refresh"
SCOPE_APP = "com.atproto.appPass"
SCOPE_APP_PRIVILEGED = "com.atproto.appPassPrivileged"
SCOPE_VIDEO = "com.atproto.repo.uploadBlob"
OAUTH_SCOPES = ("atproto", "transition:email", "transition:generic", "transition:chat.bsky")

IMAGE_SIZE = 2_000_000
VIDEO_SIZE = 300_000_000
BLOB_SIZE = 52_428_800
JSON_SIZE = 1_000_000
MAX_WRITES = 200
HIDDEN_REPLIES = 300

PROCESSING_TIME = timedelta(seconds=10)
"""How long the simulated video service works on a film."""
DAILY_VIDEOS = 25
DAILY_VIDEO_BYTES = 10_000_000_000

REPLY_NOTICE_DEPTH = 5
"""How many authors above a reply hear of it."""

RATES: dict[str, tuple[tuple[int, timedelta], ...]] = {
    "all": ((3_000, timedelta(minutes=5)),),
    "login": ((300, timedelta(days=1)), (30, timedelta(minutes=5))),
    "writes": ((5_000, timedelta(hours=1)), (35_000, timedelta(days=1))),
    "blobs": ((1_000, timedelta(days=1)),),
}
"""Points a caller has in a window, which begins with the first call."""
POINTS = {"create": 3, "update": 2, "delete": 1}
