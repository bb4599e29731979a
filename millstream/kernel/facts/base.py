"""The shape of a fact, and how it becomes JSON and comes back."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

REGISTRY: dict[str, type["Fact"]] = {}


@dataclass(frozen=True, slots=True)
class Fact:
    """Base of all facts. A subclass is a frozen, slotted dataclass with `kind`, `version` and `subject_field`.

    `kind` is `<context>.<what happened>` and never changes; a changed body raises `version` and teaches `upcast`
    to read the old ones. `subject_field` names the UUID field of the row the fact is about: facts of one subject
    are heard in the order in which they happened, if the action locks that row before it records.
    """

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    subject_field: ClassVar[str]

    def __init_subclass__(cls, **kwargs: object) -> None:
        # A slotted dataclass is made twice; the second class, the real one, takes the place of the first.
        known = REGISTRY.get(cls.kind)
        assert known is None or known.__qualname__ == cls.__qualname__, f"two facts of kind {cls.kind}"
        REGISTRY[cls.kind] = cls

    @classmethod
    def upcast(cls, version: int, body: dict[str, Any]) -> dict[str, Any]:
        """The body of an older version in the shape of the present one."""
        raise AssertionError(f"{cls.kind}: no way from version {version} to {cls.version} of {body}")

    @property
    def subject(self) -> UUID:
        """The id of the row that the fact is about."""
        subject: UUID = getattr(self, self.subject_field)
        return subject


@dataclass(frozen=True, slots=True)
class Heard[F: Fact]:
    """A fact as a handler hears it: its place in the order, when it happened, and the handler's own `now`."""

    position: int
    fact_id: int
    at: datetime
    now: datetime
    fact: F


@dataclass(frozen=True, slots=True)
class Hint:
    """A message sent on core NATS after the handler's transaction: it may be lost, so nothing may depend on it."""

    subject: str
    payload: Mapping[str, Any]


def to_json(fact: Fact) -> dict[str, Any]:
    """The body of a fact as JSON values."""
    return {field.name: _plain(getattr(fact, field.name)) for field in fields(fact)}


def from_json(kind: str, version: int, body: dict[str, Any]) -> Fact:
    """The fact that was written as `body`; older versions are read through `upcast`."""
    cls = REGISTRY[kind]
    if version != cls.version:
        body = cls.upcast(version, body)
    hints = _hints(cls)
    return cls(**{field.name: _typed(hints[field.name], body[field.name]) for field in fields(cls)})


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    assert value is None or isinstance(value, str | int | bool | float), f"{type(value)} in a fact"
    return value


_HINTS: dict[str, dict[str, Any]] = {}


def _hints(cls: type[Fact]) -> dict[str, Any]:
    """The types of a fact's fields, worked out once."""
    if cls.kind not in _HINTS:
        _HINTS[cls.kind] = get_type_hints(cls)
    return _HINTS[cls.kind]


def _typed(hint: Any, value: Any) -> Any:
    while isinstance(hint, NewType):
        hint = hint.__supertype__
    if isinstance(hint, types.GenericAlias | types.UnionType) or get_origin(hint) is not None:
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            if value is None:
                return None
            return _typed(next(kind for kind in arguments if kind is not type(None)), value)
        if origin is tuple:
            if arguments[-1:] == (Ellipsis,):
                return tuple(_typed(arguments[0], item) for item in value)
            return tuple(_typed(kind, item) for kind, item in zip(arguments, value, strict=True))
        return value
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return value
