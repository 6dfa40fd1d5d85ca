"""Refusals of the simulated network: always a name and a message."""

from socialkit.sandbox._http import SimResponse


class RefusedError(Exception):
    """The server refuses a request; carries the answer."""

    def __init__(self, status: int, name: str, message: str, **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, object] = {"error": name, "message": message, **more}
        self.headers: dict[str, str] = {}

    def response(self) -> SimResponse:
        """The refusal as an answer."""
        return SimResponse.json(self.body, self.status, self.headers)


def invalid(message: str, name: str = "InvalidRequest") -> RefusedError:
    """The request makes no sense, or something in it is gone (400 for nearly everything)."""
    return RefusedError(400, name, message)


def unauthorized(
    message: str = "Authentication Required", name: str = "AuthenticationRequired"
) -> RefusedError:
    """Nobody said who asks, or the password is wrong (401)."""
    return RefusedError(401, name, message)


def missing_token() -> RefusedError:
    """No token was sent (401)."""
    return unauthorized(name="AuthMissing")


def bad_token(message: str = "Token could not be verified") -> RefusedError:
    """The token does not count here (400)."""
    return invalid(message, "InvalidToken")


def forbidden(message: str, name: str = "Forbidden") -> RefusedError:
    """The caller may not do this (403)."""
    return RefusedError(403, name, message)


def not_implemented() -> RefusedError:
    """Nobody behind this server knows the method (501)."""
    return RefusedError(501, "MethodNotImplemented", "Method Not Implemented")


def broken() -> RefusedError:
    """What the server did not foresee, such as a key that is taken (500)."""
    return RefusedError(500, "InternalServerError", "Internal Server Error")


def too_large() -> RefusedError:
    """The body is too large (413)."""
    return RefusedError(413, "PayloadTooLarge", "request entity too large")


def oauth_error(status: int, code: str, description: str) -> RefusedError:
    """A refusal in the shape of OAuth 2, as the authorization server gives it."""
    refusal = RefusedError(status, code, description)
    refusal.body = {"error": code, "error_description": description}
    return refusal
