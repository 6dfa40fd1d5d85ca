"""Take what a Mastodon server pushes, in Django, and make cases of it.

Add the address to the project's `urls.py`, with a hook and a desk as `web_flask.py` makes them:

    urlpatterns = [*admin_urls, pushes("pushes", hook, desk)]
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

import socialkit as sk
from socialkit.webhooks import Webhook


def pushes(route: str, hook: Webhook, desk: sk.Desk) -> URLPattern:
    """Return an address for pushes."""

    def pushed(request: HttpRequest) -> HttpResponse:
        try:
            got = hook.receive(
                method=request.method or "",
                query=request.META.get("QUERY_STRING", ""),
                headers=request.headers,
                body=request.body,
            )
        except sk.WebhookError as error:
            return HttpResponse(status=error.status)
        try:
            desk.receive(got.messages)
        except Exception:
            hook.give_back(got)  # answered with 500, it is sent again
            raise
        hook.done(got)  # only now: what came is stored
        return HttpResponse(got.body, status=got.status, headers=got.headers)

    # A platform has no page of ours with a token in it; its signature says who it is.
    return path(route, csrf_exempt(pushed), name="pushes")
