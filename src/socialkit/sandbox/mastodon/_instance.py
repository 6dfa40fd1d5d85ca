"""Endpoints: what the instance says of itself."""

from datetime import datetime, timedelta

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.mastodon import _facts as facts
from socialkit.sandbox.mastodon._call import Call
from socialkit.sandbox.mastodon._render import MISSING_PUBLIC_KEY, Json
from socialkit.sandbox.mastodon._route import Route

V1_DEPRECATED = "@1668384000"
TITLE = "Mastodon in the sandbox"
CONTACT = "admin@mastodon.sandbox.example"
WEEKS = 12


def instance(call: Call) -> SimResponse:
    """The instance with its limits."""
    since = call.state.now - timedelta(days=30)
    active = {one.account_id for one in call.state.statuses.values() if one.created_at > since}
    body: Json = {
        "domain": facts.HOST,
        "title": TITLE,
        "version": facts.VERSION,
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "A simulated server: nothing leaves it.",
        "usage": {"users": {"active_month": len(active)}},
        "thumbnail": {"url": f"{facts.BASE_URL}/preview.png", "description": ""},
        "icon": [{"src": f"{facts.BASE_URL}/icons/36.png", "size": "36x36"}],
        "languages": ["en"],
        "configuration": _configuration(call),
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "reason_required": False,
            "message": None,
            "min_age": None,
            "url": None,
        },
        "api_versions": {"mastodon": facts.API_VERSION},
        "wrapstodon": None,
        "contact": {"email": CONTACT, "account": None},
        "rules": [],
    }
    return SimResponse.json(body)


def _streaming(call: Call) -> str:
    return f"ws{call.base_url.removeprefix('http')}"


def _configuration(call: Call) -> Json:
    feeds = {"local": "public", "remote": "public"}
    return {
        "urls": {
            "streaming": _streaming(call),
            "status": None,
            "about": f"{facts.BASE_URL}/about",
            "privacy_policy": f"{facts.BASE_URL}/privacy-policy",
            "terms_of_service": None,
        },
        "vapid": {"public_key": MISSING_PUBLIC_KEY},
        "accounts": {
            "max_display_name_length": 40,
            "max_note_length": 500,
            "max_avatar_description_length": 150,
            "max_header_description_length": 150,
            "max_featured_tags": 10,
            "max_pinned_statuses": facts.MAX_PINNED,
            "max_profile_fields": 4,
            "profile_field_name_limit": 255,
            "profile_field_value_limit": 255,
        },
        "statuses": facts.statuses_configuration(),
        "media_attachments": {"description_limit": facts.MAX_ALT_TEXT, **facts.media_configuration()},
        "polls": facts.poll_configuration(),
        "translation": {"enabled": False},
        "timelines_access": dict.fromkeys(("live_feeds", "hashtag_feeds", "trending_link_feeds"), feeds),
        "limited_federation": False,
    }


def instance_v1(call: Call) -> SimResponse:
    """The instance in its older shape."""
    local = [one for one in call.state.accounts.values() if one.domain is None]
    domains = {one.domain for one in call.state.accounts.values() if one.domain}
    body: Json = {
        "uri": facts.HOST,
        "title": TITLE,
        "short_description": "",
        "description": "",
        "email": CONTACT,
        "version": facts.VERSION,
        "urls": {"streaming_api": _streaming(call)},
        "stats": {
            "user_count": len(local),
            "status_count": len(call.state.statuses),
            "domain_count": len(domains),
        },
        "thumbnail": f"{facts.BASE_URL}/preview.png",
        "languages": ["en"],
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": {
            "accounts": {"max_featured_tags": 10},
            "statuses": facts.statuses_configuration(),
            "media_attachments": facts.media_configuration(),
            "polls": facts.poll_configuration(),
        },
        "contact_account": None,
        "rules": [],
    }
    return SimResponse.json(body)


def activity(call: Call) -> SimResponse:
    """Statuses, log-ins and registrations of the last weeks, as strings."""
    now = call.state.now
    return SimResponse.json([_week(call, now - timedelta(weeks=number)) for number in range(WEEKS)])


def _week(call: Call, end: datetime) -> Json:
    start = end - timedelta(weeks=1)
    written = [one for one in call.state.statuses.values() if start < one.created_at <= end]
    return {
        "week": str(int(start.timestamp())),
        "statuses": str(len(written)),
        "logins": str(len({one.account_id for one in written})),
        "registrations": "0",
    }


ROUTES = (
    Route("instance", "GET", "/api/v2/instance", instance),
    Route("instance_v1", "GET", "/api/v1/instance", instance_v1, deprecated=V1_DEPRECATED),
    Route("instance_activity", "GET", "/api/v1/instance/activity", activity),
)
