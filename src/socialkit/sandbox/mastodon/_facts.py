"""Declared facts of the simulated instance: versions, limits, scopes, what instances say of themselves."""

from datetime import timedelta

HOST = "mastodon.sandbox.example"
BASE_URL = f"https://{HOST}"
VERSION = "4.6.0"
API_VERSION = 10

MAX_CHARACTERS = 500
CHARACTERS_PER_URL = 23
MAX_MEDIA = 4
MAX_ALT_TEXT = 1_500
MAX_PINNED = 5
MAX_REPORT_COMMENT = 1_000

IMAGE_SIZE = 16_777_216
IMAGE_MATRIX = 33_177_600
VIDEO_SIZE = 103_809_024
VIDEO_MATRIX = 8_294_400
VIDEO_FRAME_RATE = 120

POLL_OPTIONS = 4
POLL_OPTION_CHARACTERS = 50
POLL_SHORTEST = 300
POLL_LONGEST = 2_629_746

IDEMPOTENCY_LIFE = timedelta(hours=1)
SCHEDULE_AHEAD = timedelta(minutes=5)
PROCESSING_TIME = timedelta(seconds=10)
"""How long the simulated instance works on video and audio."""

MIME_TYPES = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/gif": "image",
    "image/heic": "image",
    "image/heif": "image",
    "image/webp": "image",
    "image/avif": "image",
    "video/webm": "video",
    "video/mp4": "video",
    "video/quicktime": "video",
    "audio/wave": "audio",
    "audio/wav": "audio",
    "audio/x-wav": "audio",
    "audio/vorbis": "audio",
    "audio/ogg": "audio",
    "audio/mpeg": "audio",
    "audio/mp3": "audio",
    "audio/webm": "audio",
    "audio/flac": "audio",
    "audio/aac": "audio",
    "audio/m4a": "audio",
    "audio/mp4": "audio",
}

_BOTH = (
    "accounts",
    "blocks",
    "bookmarks",
    "collections",
    "favourites",
    "filters",
    "follows",
    "lists",
    "mutes",
)
_READ = (*_BOTH, "notifications", "search", "statuses")
_WRITE = (*_BOTH, "conversations", "media", "notifications", "reports", "statuses")
SCOPES = (
    "read",
    "profile",
    "write",
    *(f"write:{part}" for part in _WRITE),
    *(f"read:{part}" for part in _READ),
    "follow",
    "push",
)
DEFAULT_SCOPES = ("profile", "read", "write", "push")
"""What the tokens of `connection` may do."""

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

RATES: dict[str, tuple[int, timedelta]] = {
    "call": (300, timedelta(minutes=5)),
    "media": (30, timedelta(minutes=30)),
    "delete": (30, timedelta(minutes=30)),
    "statuses": (300, timedelta(hours=3)),
    "reports": (400, timedelta(hours=24)),
}
"""How many calls of a family a token has in a window; windows begin at multiples of their length."""


def statuses_configuration() -> dict[str, int]:
    """Limits of statuses, as both versions of the instance document give them."""
    return {
        "max_characters": MAX_CHARACTERS,
        "max_media_attachments": MAX_MEDIA,
        "characters_reserved_per_url": CHARACTERS_PER_URL,
    }


def media_configuration() -> dict[str, object]:
    """Limits of files, as both versions of the instance document give them."""
    return {
        "supported_mime_types": list(MIME_TYPES),
        "image_size_limit": IMAGE_SIZE,
        "image_matrix_limit": IMAGE_MATRIX,
        "video_size_limit": VIDEO_SIZE,
        "video_frame_rate_limit": VIDEO_FRAME_RATE,
        "video_matrix_limit": VIDEO_MATRIX,
    }


def poll_configuration() -> dict[str, int]:
    """Limits of polls, as both versions of the instance document give them."""
    return {
        "max_options": POLL_OPTIONS,
        "max_characters_per_option": POLL_OPTION_CHARACTERS,
        "min_expiration": POLL_SHORTEST,
        "max_expiration": POLL_LONGEST,
    }
