"""Take what a Mastodon server pushes, in Flask, and make cases of it.

Name the brands in a file such as `agency.toml`, make a webhook on the server (Administration, Webhooks), and:

    export SOCIALKIT_WORKSPACE=examples/agency.toml SOCIALKIT_JOURNAL=sqlite:///journal.db
    export SOCIALKIT_MASTODON_URL=https://mastodon.example SOCIALKIT_MASTODON_HOOK=...the webhook's secret
    flask --app "examples.web_flask:from_environment" run
"""

from __future__ import annotations

import atexit
import os

from flask import Flask, Response, request

import socialkit as sk
from socialkit.webhooks import Webhook


def application(hook: Webhook, desk: sk.Desk) -> Flask:
    """Return an application with an address for pushes."""
    app = Flask(__name__)

    @app.route("/pushes", methods=["GET", "POST"])
    def pushed() -> Response:
        try:
            got = hook.receive(
                method=request.method,
                query=request.query_string,
                headers=request.headers.items(),
                body=request.get_data(),
            )
        except sk.WebhookError as error:
            return Response(status=error.status)
        try:
            desk.receive(got.messages)
        except Exception:
            hook.give_back(got)  # answered with 500, it is sent again
            raise
        hook.done(got)  # only now: what came is stored
        return Response(got.body, got.status, dict(got.headers))

    return app


def from_environment() -> Flask:
    """Return the application for the workspace, the journal and the server that the environment names."""
    workspace = sk.Workspace.load(os.environ["SOCIALKIT_WORKSPACE"])
    journal = sk.Journal.open(os.environ["SOCIALKIT_JOURNAL"])
    atexit.register(workspace.close)
    atexit.register(journal.close)
    hook = Webhook(
        "mastodon",
        workspace,
        base_url=os.environ["SOCIALKIT_MASTODON_URL"],
        secret=sk.SecretRef("env:SOCIALKIT_MASTODON_HOOK"),
        store=sk.JournalPushStore(journal),
    )
    router = sk.Router(default=sk.RoutingRule(key="everything", department="customer service"))
    return application(hook, sk.Desk(workspace, journal, router=router, actor="webhook"))
