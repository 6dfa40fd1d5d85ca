"""Models that people keep in files: TOML, YAML, JSON; read with every problem at once, and written back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self, TypeVar, cast

from pydantic import (
    BeforeValidator,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError, PydanticSerializationError

from socialkit.errors import ConfigurationError, InvalidDraftError, SocialKitError
from socialkit.models._base import Model
from socialkit.models._formats import NotReadableError, Tree, reader, writer
from socialkit.models._problem import Basis, Problem

__all__ = ["Document", "named", "problem_at", "problems_of", "refused", "replace_file", "text_of"]

DocumentT = TypeVar("DocumentT", bound="Document")
T = TypeVar("T")

_TOGETHER: Final = "contradictions"
"""The type of pydantic's error that carries several of ours."""

_BESIDE: Final = "socialkit.beside"
"""The key of pydantic's context under which the documents stand that a file only names."""

_RIGHT: Final = "socialkit.right"
"""The key of pydantic's context under which the fields of a document are collected that are right."""

_WORDS: Final = {"missing": "is missing", "extra_forbidden": "is not known here"}
"""What we say in place of pydantic's words, by its type of error."""


class Document(Model):
    """A model that can be kept in a file: TOML, YAML or JSON, told by the file's ending.

    TOML and JSON are read by Python itself; YAML, and writing TOML, need the extra `files`.

    Example:
        >>> import tempfile
        >>> class Team(Document):
        ...     people: tuple[str, ...] = ()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "team.json")
        ...     Team(people=("maria", "sam")).save(file)
        ...     Team.load(file)
        Team(people=('maria', 'sam'))
    """

    @classmethod
    def load(cls, path: str | os.PathLike[str], /) -> Self:
        """Return what a file says.

        Args:
            path: A file that ends in `.toml`, `.yaml`, `.yml` or `.json`, in UTF-8.

        Raises:
            InvalidDraftError: The file holds what it may not; `problems` has every problem with its place:
                all that is missing, unknown or wrong by itself, and what does not go together. That is
                compared until a field comes that is wrong by itself; the rest is told once it is right.
            ConfigurationError: There is no such file, its ending is unknown, or a library is missing.
        """
        return cls._load(Path(path))

    @classmethod
    def _load(cls, file: Path, **beside: Document | None) -> Self:
        """Return what a file says; what it only names is given beside it (see `named()`)."""
        read = cls._read(file, beside)
        if isinstance(read, SocialKitError):
            raise read
        return read

    @classmethod
    def _read(cls, file: Path, beside: Mapping[str, Document | None]) -> Self | SocialKitError:
        """Return what a file says, or what to raise where nothing is at hand that the file holds.

        A trace may be shown with its variables, and what was read may be a secret in the wrong place.
        """
        try:
            return cls._checked(reader(file.suffix)(cls._text(file)), file, beside)
        except NotReadableError as error:
            return cls._refused(file, [problem_at(error.place, str(error))])
        except SocialKitError as error:
            return error.with_traceback(None)

    @classmethod
    def _text(cls, file: Path) -> str:
        return text_of(file)

    @classmethod
    def _checked(cls, tree: Tree, file: Path, beside: Mapping[str, Document | None]) -> Self:
        right: dict[str, object] = {}
        try:
            return cls.model_validate(tree, context={_BESIDE: beside, _RIGHT: (cls, right)})
        except ValidationError as error:
            # Pydantic's own error quotes what the file holds, and that may be a secret in the wrong place.
            problems = list(problems_of(error))
            together = any(one["type"] == _TOGETHER and not one["loc"] for one in error.errors())
        if not together:
            problems += cls._told_in_part(tree, right)
        raise cls._refused(file, problems)

    @classmethod
    def _told_in_part(cls, tree: Tree, right: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what does not go together in the fields that are right, before one is needed that is not."""
        if not isinstance(tree, Mapping):
            return
        fields = cls.model_fields
        wrong = [
            name for name in fields if name not in right and (name in tree or fields[name].is_required())
        ]
        part = cls.model_construct(**right)
        for name in wrong:
            vars(part).pop(name, None)
        try:
            yield from (problem_at(place, message) for place, message in part._contradictions())
        except AttributeError as error:
            if error.name not in wrong:
                raise

    @field_validator("*")
    @classmethod
    def _note_right(cls, value: T, info: ValidationInfo) -> T:
        context = cast("Mapping[str, tuple[type[Document], dict[str, object]]]", info.context or {})
        noted = context.get(_RIGHT)
        if noted is not None and noted[0] is cls and info.field_name is not None:
            noted[1][info.field_name] = value
        return value

    @classmethod
    def _refused(cls, file: Path, problems: list[Problem]) -> InvalidDraftError:
        return refused(file, problems)

    def save(self, path: str | os.PathLike[str], /) -> None:
        """Write it to a file, whole or not at all; what stands as by default is left out.

        Args:
            path: The file, which is replaced; its ending says the form, as in `load()`.

        Raises:
            ConfigurationError: The ending is unknown, the folder cannot be written, a library is missing, or
                the form cannot hold a value.
        """
        file = Path(path)
        write = writer(file.suffix)
        try:
            tree = cast("Tree", self.model_dump(mode="json", exclude_defaults=True))
        except PydanticSerializationError:
            raise _unwritable(file) from None
        self._write(file, write(tree))

    @staticmethod
    def _write(file: Path, text: str) -> None:
        """Write a file, whole or not at all."""
        try:
            content = text.encode("utf-8")
        except UnicodeEncodeError:
            raise _unwritable(file) from None
        replace_file(file, content)

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        """Yield what does not go together: where, and what is wrong there."""
        return iter(())

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        found = list(self._contradictions())
        if found:
            said = "; ".join(f"{place} {message}".strip() for place, message in found)
            raise PydanticCustomError(_TOGETHER, "{said}", {"said": said, "found": found})
        return self


def named(field: str, name: Callable[[DocumentT], str]) -> tuple[BeforeValidator, PlainSerializer]:
    """Return how a field holds another document of which files have only the name.

    Whoever loads the file gives the document beside it, and it must be the one that is named.

    Args:
        field: The field's name.
        name: Returns the name of a document.
    """

    def read(value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        context = cast("Mapping[str, Mapping[str, DocumentT | None]] | None", info.context)
        document = (context or {}).get(_BESIDE, {}).get(field)
        if document is None:
            message = f"is only named in the file: give it to load() as {field}="
            raise ValueError(message)
        if name(document) != value:
            message = f"is {value[:80]!r} in the file, and {field}= is {name(document)!r}"
            raise ValueError(message)
        return document

    return BeforeValidator(read), PlainSerializer(name)


def text_of(file: Path) -> str:
    """Return the text of a file.

    Raises:
        InvalidDraftError: It is no text in UTF-8.
        ConfigurationError: It cannot be read.
    """
    try:
        return file.read_bytes().decode("utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError:
        problem = problem_at("", "is not text in UTF-8")
    except OSError as error:
        message = f"{file.name} cannot be read: {error.strerror}"
        raise ConfigurationError(message) from error
    raise refused(file, [problem])


def refused(file: Path, problems: list[Problem]) -> InvalidDraftError:
    """Return the error that tells what is wrong in a file."""
    number = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
    return InvalidDraftError(f"{file.name} has {number}", problems=problems)


def _unwritable(file: Path) -> ConfigurationError:
    # What pydantic and Python say of it quotes the value.
    return ConfigurationError(f"{file.name} cannot be written: one of the values stands in no file")


def replace_file(file: Path, content: bytes) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(content)
            beside.chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
            beside.replace(file)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        message = f"{file.name} cannot be written: {error.strerror}"
        raise ConfigurationError(message) from error


def problems_of(error: ValidationError) -> Iterator[Problem]:
    """Yield what pydantic found wrong with the content of a file, without quoting the file."""
    for one in error.errors(include_url=False, include_input=False):
        if one["type"] == _TOGETHER:
            for place, message in cast("list[tuple[str, str]]", one.get("ctx", {})["found"]):
                yield problem_at(_joined(_place(one), place), message)
        else:
            yield problem_at(_place(one), _message(one))


def problem_at(place: str, message: str) -> Problem:
    """Return a problem of a file."""
    return Problem(field=_shown(place) or "the file", message=_shown(message), basis=Basis.FILE)


def _shown(text: str) -> str:
    """Return a text that can be printed: JSON can say half of a character."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _joined(outer: str, inner: str) -> str:
    return f"{outer}.{inner}" if outer and inner and not inner.startswith("[") else outer + inner


def _place(error: ErrorDetails) -> str:
    place = ""
    for part in error["loc"]:
        place = f"{place}[{part}]" if isinstance(part, int) else _joined(place, str(part))
    return place


def _message(error: ErrorDetails) -> str:
    if error["type"] in _WORDS:
        return _WORDS[error["type"]]
    cause: Any = error.get("ctx", {}).get("error")
    return str(cause) if isinstance(cause, ValueError) else f"is wrong: {error['msg']}"
