"""Show operations as the calls they are, and examples as code."""

from __future__ import annotations

import re

import griffe

DECORATORS = {"operation", "paginated", "streamed"}
LISTED = "Page["
ARRIVING = re.compile(r"AsyncGenerator\[Arrival\[(.+)\](?:, None)?\]")
MADE_BY_CLIENTS = "mode"
"""A parameter of what only a client constructs."""
EXAMPLE = re.compile(r"^( *)Example:(?=\n+ +>>>)", re.MULTILINE)


class Operations(griffe.Extension):
    """Drop `async` and the decorator of an operation, and let a page be the listing that callers get."""

    def on_object(self, *, obj: griffe.Object, **kwargs: object) -> None:
        """Let the section of one example be read as the section of examples that it is."""
        del kwargs
        if obj.docstring is not None:
            obj.docstring.value = EXAMPLE.sub(r"\1Examples:", obj.docstring.value)

    def on_class(self, *, cls: griffe.Class, **kwargs: object) -> None:
        """Leave out how a client makes its namespaces: nobody else does."""
        del kwargs
        start = cls.members.get("__init__")
        if isinstance(start, griffe.Function) and MADE_BY_CLIENTS in {one.name for one in start.parameters}:
            cls.del_member("__init__")

    def on_function(self, *, func: griffe.Function, **kwargs: object) -> None:
        """Rewrite one function."""
        del kwargs
        names = {decorator.callable_path.rpartition(".")[2] for decorator in func.decorators}
        if not names & DECORATORS:
            return
        func.labels.discard("async")
        func.decorators = [
            decorator
            for decorator in func.decorators
            if decorator.callable_path.rpartition(".")[2] not in DECORATORS
        ]
        if "paginated" in names:
            func.returns = listing(func.returns)
        if "streamed" in names:
            func.returns = stream(func.returns)


def listing(returns: str | griffe.Expr | None) -> str | griffe.Expr | None:
    """Return `Listing[T]` for `Page[T]`, and anything else as it is."""
    if isinstance(returns, griffe.ExprSubscript) and returns.canonical_name == "Page":
        left = (
            griffe.ExprName("Listing", parent=returns.left.parent)
            if isinstance(returns.left, griffe.ExprName)
            else "Listing"
        )
        return griffe.ExprSubscript(left, returns.slice)
    text = str(returns)
    return f"Listing[{text.removeprefix(LISTED)}" if text.startswith(LISTED) else returns


def stream(returns: str | griffe.Expr | None) -> str | griffe.Expr | None:
    """Return `Stream[T]` for `AsyncGenerator[Arrival[T], None]`, and anything else as it is."""
    found = ARRIVING.fullmatch(str(returns))
    return f"Stream[{found[1]}]" if found else returns
