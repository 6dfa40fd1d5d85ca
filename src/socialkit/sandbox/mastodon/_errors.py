"""Refusals of the simulated instance."""

from socialkit.sandbox._http import SimResponse


class RefusedError(Exception):
    """The instance refuses a request; carries the answer."""

    def __init__(self, status: int, error: str, **more: object) -> None:
        super().__init__(error)
        self.status = status
        self.body: dict[str, object] = {"error": error, **more}
        self.headers: dict[str, str] = {}

    def response(self) -> SimResponse:
        """The refusal as an answer."""
        return SimResponse.json(self.body, self.status, self.headers)


def invalid(reason: str) -> RefusedError:
    """Validation failed (422)."""
    return RefusedError(422, f"Validation failed: {reason}")


def unprocessable(reason: str) -> RefusedError:
    """The request makes no sense here (422)."""
    return RefusedError(422, reason)


def not_found(reason: str = "Record not found") -> RefusedError:
    """The thing does not exist, or the caller may not know that it does (404)."""
    return RefusedError(404, reason)


def forbidden(reason: str = "This action is not allowed") -> RefusedError:
    """The caller may see it but not do this (403)."""
    return RefusedError(403, reason)


def unauthorized(reason: str) -> RefusedError:
    """The token does not count (401)."""
    refusal = RefusedError(401, reason)
    refusal.headers["www-authenticate"] = (
        f'Bearer realm="Doorkeeper", error="invalid_token", error_description="{reason}"'
    )
    return refusal


def oauth_error(status: int, code: str, description: str) -> RefusedError:
    """A refusal in the shape of OAuth 2."""
    return RefusedError(status, code, error_description=description)
