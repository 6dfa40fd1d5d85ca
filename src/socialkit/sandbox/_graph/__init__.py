"""What the simulators of Meta's Graph APIs have in common, written after the documentation alone."""

from socialkit.sandbox._graph._call import GraphCall, Route, find_route
from socialkit.sandbox._graph._errors import GraphRefusal, bad_parameter, missing, server_error, too_many
from socialkit.sandbox._graph._login import debugged, redeemed, sent_back, told
from socialkit.sandbox._graph._pages import (
    APP_ID,
    APP_SECRET,
    Conversation,
    Message,
    PageSimulator,
    PageState,
    outside_window,
)
from socialkit.sandbox._graph._paging import edge, inner_edge
from socialkit.sandbox._graph._pushes import Pushes, SignedPushes
from socialkit.sandbox._graph._simulator import GraphApi, GraphSimulator, Uploads
from socialkit.sandbox._graph._state import GraphState
from socialkit.sandbox._graph._tokens import PAGE, USER, Token, Tokens, proof
from socialkit.sandbox._graph._usage import Usage
from socialkit.sandbox._graph._versions import Versions

__all__ = [
    "APP_ID",
    "APP_SECRET",
    "PAGE",
    "USER",
    "Conversation",
    "GraphApi",
    "GraphCall",
    "GraphRefusal",
    "GraphSimulator",
    "GraphState",
    "Message",
    "PageSimulator",
    "PageState",
    "Pushes",
    "Route",
    "SignedPushes",
    "Token",
    "Tokens",
    "Uploads",
    "Usage",
    "Versions",
    "bad_parameter",
    "debugged",
    "edge",
    "find_route",
    "inner_edge",
    "missing",
    "outside_window",
    "proof",
    "redeemed",
    "sent_back",
    "server_error",
    "told",
    "too_many",
]
