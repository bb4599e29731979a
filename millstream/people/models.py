"""Actors, users, memberships; personal data in tables of its own, sealed."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from millstream.kernel.ids import new_id
from millstream.kernel.models import Row
from millstream.people.types import ActorKind, ContactKind, Role


class UserManager(BaseUserManager["User"]):
    """Makes users; an operator is made on the command line."""

    def create_user(self, email: str | None = None, phone: str | None = None, **fields: object) -> "User":
        """A user with an unusable password: people sign in by code or passkey."""
        user = self.model(email=self.normalize_email(email) if email else None, phone=phone, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """An operator."""
        user = self.model(email=self.normalize_email(email), is_staff=True, is_superuser=True, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. What they may do follows from their memberships in actors."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(null=True, blank=True, unique=True)
    phone = models.CharField(max_length=20, null=True, blank=True, unique=True)
    phone_verified = models.BooleanField(default=False)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    @property
    def is_operator(self) -> bool:
        """Whether this user runs the installation."""
        return self.is_staff

    def __str__(self) -> str:
        return self.name or self.email or self.phone or str(self.id)


class Actor(Row):
    """Whoever can own, owe, hold or agree."""

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in ActorKind])
    name = models.JSONField()
    slug = models.SlugField(max_length=80, unique=True)
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, blank=True, related_name="+")
    story = models.JSONField(default=dict, blank=True)
    picture = models.CharField(max_length=200, blank=True)
    is_public = models.BooleanField(default=True)
    opened_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "slug"], name="people_actor_kind")]


class Membership(Row):
    """A user's role in an actor."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    actor = models.ForeignKey(Actor, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "actor", "role"], name="one_membership_per_role"),
        ]


class Visitor(models.Model):
    """A browser that became somebody by buying as a guest."""

    id = models.UUIDField(primary_key=True)
    actor = models.ForeignKey(Actor, models.CASCADE, related_name="+")
    bound_at = models.DateTimeField(db_default=Now())


class Contact(Row):
    """A phone number or e-mail address of an actor, sealed; only a contact until verified by code."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=[(kind.value, kind.value) for kind in ContactKind])
    sealed = models.BinaryField()
    lookup = models.BinaryField()
    verified_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor", "lookup"], name="one_contact_per_actor"),
            models.CheckConstraint(condition=Q(kind__in=["phone", "email"]), name="contact_kind_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["lookup"], name="people_contact_lookup")]


class Address(Row):
    """Where somebody is sent things, sealed as one JSON text; immutable, a change is a new row."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="+")
    sealed = models.BinaryField(null=True)
    lookup = models.BinaryField()
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor", "lookup"], name="one_address_per_actor"),
            models.CheckConstraint(
                condition=Q(sealed__isnull=False) | Q(erased_at__isnull=False), name="address_sealed_or_erased"
            ),
        ]


class AddressView(Row):
    """Who read whose address in the clear, when and why."""

    address = models.ForeignKey(Address, models.PROTECT, related_name="+")
    reader = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=120)
    at = models.DateTimeField(db_default=Now())


class AccessKey(Row):
    """A key by which a program acts for an actor; only its keyed hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    actor = models.ForeignKey(Actor, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    lookup = models.BinaryField(unique=True)
    made_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)
