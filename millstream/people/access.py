"""How the REST API knows who asks: an access key in the `Authorization` header, or the browser's session."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from millstream.kernel.sealing import lookup_hmac, sign
from millstream.people.acting import Acting, acting_as_of
from millstream.people.models import AccessKey
from millstream.people.queries.actors import record_of, roles_in


def acting_by_key(key: str) -> Acting | None:
    """As whom a program with this key acts; None when the key is unknown or revoked."""
    row = (
        AccessKey.objects.filter(lookup=lookup_hmac(f"access:{key}"), revoked_at=None, user__is_active=True)
        .select_related("actor", "user")
        .first()
    )
    if row is None:
        return None
    roles = roles_in(row.user_id, row.actor_id)
    if not roles:
        return None
    # A program keeps no cookie: under one visitor its second try is known, and so are its contact and address.
    visitor = UUID(hex=sign("visitor of a member", f"{row.user_id}:{row.actor_id}"))
    return Acting(row.user_id, visitor, record_of(row.actor), roles, is_operator=row.user.is_staff)


class ByKey(HttpBearer):
    """`Authorization: Bearer ms_...`; `request.acting` tells who."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The acting actor, or None for 401."""
        acting = acting_by_key(token)
        if acting is not None:
            request._acting = acting  # type: ignore[attr-defined]  # noqa: SLF001 - what acting_as_of reads
            request.acting = acting  # type: ignore[attr-defined]
        return acting


class BySession(APIKeyCookie):
    """The browser's session, with the CSRF token of our own pages."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The acting actor of a signed-in browser, or None for 401."""
        if not request.user.is_authenticated:
            return None
        request.acting = acting_as_of(request)  # type: ignore[attr-defined]
        return request.acting  # type: ignore[attr-defined]


def without_key(request: HttpRequest) -> Acting | None:
    """Whoever shows no key: a guest, or a signed-in browser; None for 401, for a wrong key is nobody's."""
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    return None if scheme.lower() == ByKey.openapi_scheme else acting_as_of(request)


SIGNED_IN = [ByKey(), BySession(csrf=True)]
ANYBODY = [ByKey(), without_key]
