"""Open an account, and keep the phone that a code proved."""

from uuid import UUID

from django.db import transaction

from millstream.people.models import User


@transaction.atomic
def open_user(
    *,
    email: str | None = None,
    phone: str | None = None,
    name: str = "",
    language: str = "en",
    user_id: UUID | None = None,
    is_operator: bool = False,
) -> User:
    """The account with this e-mail address or phone number, opened when there is none. It has no password."""
    known = User.objects.filter(**({"phone": phone} if phone else {"email": email})).first()
    if known is not None:
        return known
    given = {"id": user_id} if user_id else {}
    return User.objects.create_user(
        email=email, phone=phone, name=name, language=language, is_staff=is_operator, is_superuser=is_operator, **given
    )


@transaction.atomic
def keep_phone(user_id: UUID, phone: str, *, is_verified: bool) -> None:
    """Keep a user's number, and whether a code proved it."""
    User.objects.filter(pk=user_id).update(phone=phone, phone_verified=is_verified)
