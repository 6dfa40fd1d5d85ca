"""What the simulators of Meta's Graph APIs have in common, written after the documentation alone."""

from socialkit.sandbox._graph._call import GraphCall, Route, find_route
from socialkit.sandbox._graph._errors import GraphRefusal, bad_parameter, missing, server_error, too_many
from socialkit.sandbox._graph._paging import edge
from socialkit.sandbox._graph._pushes import Pushes
from socialkit.sandbox._graph._tokens import PAGE, USER, Token, Tokens, proof
from socialkit.sandbox._graph._usage import Usage
from socialkit.sandbox._graph._versions import Versions

__all__ = [
    "PAGE",
    "USER",
    "GraphCall",
    "GraphRefusal",
    "Pushes",
    "Route",
    "Token",
    "Tokens",
    "Usage",
    "Versions",
    "bad_parameter",
    "edge",
    "find_route",
    "missing",
    "proof",
    "server_error",
    "too_many",
]
