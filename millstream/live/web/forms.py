"""Forms of planning."""

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import get_timezone_location
from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from millstream.kernel.texts import both
from millstream.live.rules.repeats import moment, offset_text
from millstream.live.types import LONGEST_STORY, LONGEST_TITLE, ShowRecord
from millstream.live.types.crew import CrewRole
from millstream.live.types.plans import (
    LONGEST_SHOW,
    MOST_EVERY,
    MOST_TIMES,
    SHORTEST_SHOW,
    USUAL_LENGTH,
    SeriesRule,
    Step,
)

LOCAL_TIME: Final = "%Y-%m-%dT%H:%M"
LOCAL_TIMES: Final = (LOCAL_TIME, "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")
ZONES: Final = (
    *("Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Tokyo", "Asia/Singapore", "Asia/Kolkata", "Asia/Dubai"),
    *("Africa/Nairobi", "Africa/Lagos", "Europe/Moscow", "Europe/Berlin", "Europe/London", "America/Sao_Paulo"),
    *("America/New_York", "America/Los_Angeles", "Australia/Sydney", "UTC"),
)
WEEKDAYS: Final = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


def zone_label(zone: str, at: datetime) -> str:
    """A zone as people know it: its city, and how far its clocks are from UTC."""
    offset = offset_text(at, zone)
    if zone == "UTC":
        return "UTC"
    try:
        city = get_timezone_location(zone, locale=Locale.parse(get_language() or "en", sep="-"), return_city=True)
    except (UnknownLocaleError, ValueError):
        city = zone.rpartition("/")[2].replace("_", " ")
    return f"{city} ({offset})"


def zone_choices(at: datetime) -> list[tuple[str, str]]:
    """The zones to choose from, that of this place first."""
    here = timezone.get_default_timezone_name()
    return [(zone, zone_label(zone, at)) for zone in dict.fromkeys((here, *ZONES))]


class PlaceTimeField(forms.DateTimeField):
    """A date and a time on the clocks of a place that another field names; not a moment yet."""

    def to_python(self, value: Any) -> datetime | None:
        """The typed time without a zone."""
        text = str(value or "").strip()
        if not text:
            return None
        for pattern in LOCAL_TIMES:
            try:
                return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone stands in another field
            except ValueError:
                continue
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class ShowForm(forms.Form):
    """What a show is called in both languages, what it is about, when it starts and how long it lasts."""

    title_en = forms.CharField(label=_("Title in English"), max_length=LONGEST_TITLE, required=False)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=LONGEST_TITLE, required=False)
    starts_at = PlaceTimeField(
        label=_("Starts at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME)
    )
    zone = forms.ChoiceField(
        label=_("By the clocks of"),
        required=False,
        help_text=_("Viewers elsewhere see the time of their own place."),
    )
    lasts_minutes = forms.IntegerField(
        label=_("About how many minutes?"),
        min_value=SHORTEST_SHOW,
        max_value=LONGEST_SHOW,
        required=False,
        initial=USUAL_LENGTH,
    )
    story_en = forms.CharField(
        label=_("What it is about, in English"),
        max_length=LONGEST_STORY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    story_zh = forms.CharField(
        label=_("What it is about, in Chinese"),
        max_length=LONGEST_STORY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    poster = forms.FileField(
        label=_("Poster"), required=False, help_text=_("A wide photo: JPEG, PNG or WebP, up to 15 MB.")
    )

    def __init__(self, *args: Any, now: datetime | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = zone_choices(now or timezone.now())
        self.fields["zone"].choices = zones  # type: ignore[attr-defined]
        self.fields["zone"].initial = zones[0][0]

    def clean(self) -> dict[str, Any]:
        """One title is enough; both is better. The time becomes a moment."""
        told = super().clean() or {}
        if not told.get("title_en") and not told.get("title_zh"):
            self.add_error("title_en", _("Give the show a title in one language at least."))
        naive, zone = told.get("starts_at"), told.get("zone") or timezone.get_default_timezone_name()
        if naive is not None:
            told["starts_at"] = moment(naive.date(), naive.time(), zone)
        told["lasts_minutes"] = told.get("lasts_minutes") or USUAL_LENGTH
        return told

    def title(self) -> dict[str, str]:
        """The title in the languages it was given in."""
        return _given(self.cleaned_data["title_en"], self.cleaned_data["title_zh"])

    def story(self) -> dict[str, str]:
        """The story in the languages it was given in."""
        return _given(self.cleaned_data["story_en"], self.cleaned_data["story_zh"])

    @classmethod
    def of(cls, show: ShowRecord) -> "ShowForm":
        """The form filled with what a show says now."""
        return cls(
            initial={
                "title_en": show.title.get("en", ""),
                "title_zh": show.title.get("zh-hans", ""),
                "story_en": show.story.get("en", ""),
                "story_zh": show.story.get("zh-hans", ""),
                "starts_at": timezone.localtime(show.starts_at).replace(tzinfo=None),
                "lasts_minutes": show.lasts_minutes,
            },
            now=show.starts_at,
        )

    @classmethod
    def fresh(cls, now: datetime) -> "ShowForm":
        """An empty form that proposes the next full hour but one."""
        next_hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
        return cls(initial={"starts_at": next_hour.replace(tzinfo=None)}, now=now)


class RepeatForm(forms.Form):
    """How a show repeats."""

    every = forms.IntegerField(label=_("Repeats every"), min_value=1, max_value=MOST_EVERY, initial=1)
    step = forms.ChoiceField(label=_("Weeks or days"), choices=((Step.WEEKS, _("weeks")), (Step.DAYS, _("days"))))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these weekdays"),
        choices=tuple(enumerate(WEEKDAYS)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With no day chosen: the weekday of this show."),
    )
    until = forms.DateField(
        label=_("Until which day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    times = forms.IntegerField(
        label=_("Or how many times"),
        min_value=1,
        max_value=MOST_TIMES,
        required=False,
        help_text=_("With neither, it repeats until you stop it."),
    )

    def rule(self, show: ShowRecord) -> SeriesRule:
        """The rule, by this place's clocks, from this show on."""
        told, zone = self.cleaned_data, timezone.get_default_timezone_name()
        first = show.starts_at.astimezone(ZoneInfo(zone))
        return SeriesRule(
            step=Step(told["step"]),
            every=told["every"],
            weekdays=frozenset(told["weekdays"]),
            at=first.time().replace(second=0, microsecond=0),
            zone=zone,
            first_on=first.date(),
            until=told["until"],
            times=told["times"],
        )


class InviteForm(forms.Form):
    """Who is asked to work on a show, and as what."""

    role = forms.ChoiceField(
        label=_("As what"),
        choices=(
            (CrewRole.COHOST, _("Co-host: pins goods, opens deals, moderates")),
            (CrewRole.MODERATOR, _("Moderator: minds the chat")),
        ),
        widget=forms.RadioSelect,
        initial=CrewRole.MODERATOR,
    )
    everywhere = forms.BooleanField(label=_("For all my shows"), required=False)
    contact = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("We write there. Leave it empty to pass the link on yourself."),
    )


def _given(en: str, zh: str) -> dict[str, str]:
    return {language: text for language, text in both(en, zh).items() if text}
