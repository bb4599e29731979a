"""Why somebody reports something, in words."""

from typing import Final

from django.utils.translation import gettext_lazy

from millstream.live.types.talk import Reason

REASONS: Final = {
    Reason.SPAM: gettext_lazy("Advertising or spam"),
    Reason.ABUSE: gettext_lazy("Insults or threats"),
    Reason.FRAUD: gettext_lazy("Fraud, or not what it says"),
    Reason.UNSAFE: gettext_lazy("Dangerous or forbidden"),
    Reason.OTHER: gettext_lazy("Something else"),
}
