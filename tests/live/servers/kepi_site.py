"""Runs kepi inside its own environment: `python -P kepi_site.py FOLDER`.

Settings are those that kepi has itself, as far as they matter here, for one file of SQLite and no mail, no
workers and no federation.
"""

from __future__ import annotations

import importlib
import json
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Final

LINKS: Final = {
    "ACTIVITY_LINK": "/activity/%(serial)s",
    "AUTHORIZE_FOLLOW_LINK": "/authorize_follow?acct={uri}",
    "COLLECTION_LINK": "/users/%(username)s/%(listname)s",
    "FOLLOW_REQUEST_LINK": "/users/%(username)s/follow/%(number)x",
    "OBJECT_LINK": "/%(number)s",
    "SHARED_INBOX_LINK": "/sharedInbox",
    "STATUS_ACTIVITY_LINK": "/users/%(username)s/%(id)s/activity",
    "STATUS_FEED_LINK": "/users/%(username)s/feed/%(id)s",
    "STATUS_LINK": "/users/%(username)s/%(id)s",
    "USER_LINK": "/users/%(username)s",
    "USER_WEBFINGER_LINK": "/.well-known/webfinger?resource=acct:%(username)s@%(hostname)s",
    **{
        f"USER_{name.upper()}_LINK": f"/users/%(username)s/{name}"
        for name in ("featured", "feed", "followers", "following", "inbox", "outbox")
    },
}

KEPI: Final = {
    **LINKS,
    "CONTACT_ACCOUNT": "alice",
    "CONTACT_EMAIL": "alice@server.example",
    "INSTANCE_DESCRIPTION": "A server for tests",
    "INSTANCE_NAME": "Tests",
    "LANGUAGES": ["en"],
    "LOCAL_OBJECT_HOSTNAME": "localhost",
    "TOMBSTONES": True,
}

REST: Final = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oauth2_provider.contrib.rest_framework.OAuth2Authentication"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}

OAUTH: Final = {
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https", "urn"],
    "PKCE_REQUIRED": False,
    "SCOPES": {name: name for name in ("read", "write", "follow")},
}

DJANGO: Final = ("admin", "auth", "contenttypes", "messages", "sessions", "staticfiles")
OTHERS: Final = ("rest_framework", "oauth2_provider", "polymorphic")
PARTS: Final = ("busby_1st", "bowler_pub", "sombrero_sendpub", "trilby_api", "tophat_ui")


def load(name: str) -> Any:
    """Import a module of kepi's environment, which no checker here knows."""
    return importlib.import_module(name)


def configure(folder: Path) -> None:
    """Set Django up for a folder."""
    # kepi's own settings, which its addresses import, ask for a Celery of long ago.
    celery: Any = ModuleType("djcelery")
    celery.setup_loader = lambda: None
    sys.modules["djcelery"] = celery
    sessions, messages = "django.contrib.sessions.middleware", "django.contrib.messages"
    processors = ("django.template.context_processors.request", "django.contrib.auth.context_processors.auth")
    pages = {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": [*processors, f"{messages}.context_processors.messages"]},
    }
    load("django.conf").settings.configure(
        ALLOWED_HOSTS=["*"],
        AUTHENTICATION_BACKENDS=[
            "oauth2_provider.backends.OAuth2Backend",
            "django.contrib.auth.backends.ModelBackend",
        ],
        AUTH_USER_MODEL="trilby_api.TrilbyUser",
        CELERY_TASK_ALWAYS_EAGER=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "kepi.sqlite3")}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            *(f"django.contrib.{name}" for name in DJANGO),
            *OTHERS,
            *(f"kepi.{name}" for name in PARTS),
        ],
        KEPI=KEPI,
        MEDIA_URL="/media/",
        MIDDLEWARE=[
            f"{sessions}.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            f"{messages}.middleware.MessageMiddleware",
        ],
        OAUTH2_PROVIDER=OAUTH,
        REST_FRAMEWORK=REST,
        ROOT_URLCONF="kepi.kepi.urls",
        SECRET_KEY=secrets.token_hex(),
        STATIC_URL="/static/",
        TEMPLATES=[pages],
        TIME_ZONE="UTC",
        USE_TZ=True,
    )
    load("django").setup()
    load("django.db.backends.signals").connection_created.connect(forget_links)


def forget_links(connection: Any, **_: Any) -> None:
    """Let a status go that a notification still points at: kepi leaves such rows."""
    connection.cursor().execute("PRAGMA foreign_keys = OFF")


def people() -> list[dict[str, str]]:
    """Make two people with tokens."""
    load("django.core.management").call_command("migrate", verbosity=0)
    models, oauth = load("kepi.trilby_api.models"), load("oauth2_provider.models")
    app = oauth.Application.objects.create(
        name="socialkit", client_type="confidential", authorization_grant_type="authorization-code"
    )
    return [person(models, oauth, app, name) for name in ("alice", "bob")]


def person(models: Any, oauth: Any, app: Any, name: str) -> dict[str, str]:
    """Make somebody who can write."""
    password, token = secrets.token_hex(8), secrets.token_hex(20)
    user = models.TrilbyUser.objects.create_user(name, f"{name}@server.example", password)
    somebody = models.LocalPerson.objects.get(local_user=user)  # made together with the user
    end = load("django.utils.timezone").now() + timedelta(days=1)
    oauth.AccessToken.objects.create(
        user=user, application=app, token=token, scope="read write follow", expires=end
    )
    return {"id": str(somebody.id), "name": name, "password": password, "token": token}


def main(folder: Path) -> None:
    """Serve until stopped; what callers must know is told in a file."""
    configure(folder)
    known = people()
    application = load("django.core.wsgi").get_wsgi_application()
    server = load("waitress").create_server(application, listen="127.0.0.1:0", threads=4)
    told = folder / "told.part"
    told.write_text(json.dumps({"url": f"http://127.0.0.1:{server.effective_port}", "people": known}))
    told.rename(folder / "told.json")
    server.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
