"""What a token of Facebook's login is worth: people may decline some of what they are asked for.

See https://developers.facebook.com/docs/graph-api/reference/debug_token.
"""

from __future__ import annotations

from socialkit.errors import ConfigurationError, SocialKitError
from socialkit.platforms._graph._calls import GraphCalls
from socialkit.platforms._graph._tokens import App, Inspected
from socialkit.transport import Pipeline, Secret

__all__ = ["granted_to", "inspected"]


async def inspected(pipeline: Pipeline, calls: GraphCalls, app: App, token: Secret) -> Inspected:
    """Return what Facebook says of a token.

    Raises:
        ConfigurationError: The app's id or secret is missing.
    """
    if app.client_id is None or app.client_secret is None:
        message = "client_id= and app_secret= are missing: Facebook tells the app alone what a token is worth"
        raise ConfigurationError(message, platform=pipeline.platform)
    own = Secret(f"{app.client_id}|{app.client_secret.reveal()}")
    params = (("input_token", token), ("access_token", own))
    request = calls.get("debug_token").replace(params=params, signed=False)
    return (await pipeline.call(request, Inspected)).value


async def granted_to(pipeline: Pipeline, calls: GraphCalls, app: App, token: Secret) -> Inspected | None:
    """Return what was granted to a token; None where that cannot be read, which hinders nothing."""
    if not app.is_whole:
        return None
    try:
        told = await inspected(pipeline, calls, app, token)
    except SocialKitError:  # a code that was changed already must not be lost for a look
        return None
    return told if told.data.is_valid else None
