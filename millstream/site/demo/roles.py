"""The people of the demonstration: one for each role, entered by one click."""

from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from millstream.people.types import Role

DEMO: Final = uuid5(NAMESPACE_URL, "https://millstream.example/qingxi")


def demo_id(*names: object) -> UUID:
    """The same id for the same thing at every seeding, so that seeding again finds what is there."""
    return uuid5(DEMO, "/".join(str(name) for name in names))


@dataclass(frozen=True, slots=True)
class DemoRole:
    """Somebody to enter as: who it is, where it works, where its day starts."""

    key: str
    label: Promise
    icon: str
    name: str
    email: str
    actor_slug: str
    role: Role | None
    start: str

    @property
    def user_id(self) -> UUID:
        """The user's id."""
        return demo_id("user", self.key)


ROLES: Final = (
    DemoRole("buyer", _("buyer"), "cart", "Bo", "bo@qingxi.example", "bo", Role.OWNER, "/"),
    DemoRole("maker", _("maker"), "pot", "Amina", "amina@qingxi.example", "aminas-kiln", Role.OWNER, "/desk/shop/"),
    DemoRole("host", _("host"), "live", "Dao", "dao@qingxi.example", "dao", Role.HOST, "/studio/"),
    DemoRole(
        "keeper",
        _("station keeper"),
        "station",
        "Esi",
        "esi@qingxi.example",
        "yaokou-station",
        Role.KEEPER,
        "/station/",
    ),
    DemoRole("driver", _("driver"), "van", "Chen", "chen@qingxi.example", "chen", Role.DRIVER, "/runs/"),
    DemoRole(
        "centre", _("centre staff"), "centre", "Gao", "gao@qingxi.example", "qingxi-centre", Role.STAFF, "/centre/"
    ),
    DemoRole("park", _("park operator"), "park", "Pan", "pan@qingxi.example", "old-kiln-park", Role.OWNER, "/money/"),
    DemoRole("operator", _("operator"), "settings", "Ola", "ola@qingxi.example", "qingxi-town", Role.STAFF, "/desk/"),
)
BY_KEY: Final = {role.key: role for role in ROLES}
