"""Forms of the studio."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from millstream.kernel.texts import both
from millstream.live.types import LONGEST_STORY, LONGEST_TITLE, ShowRecord

LOCAL_TIME = "%Y-%m-%dT%H:%M"


class ShowForm(forms.Form):
    """What a show is called in both languages, what it is about, when it starts."""

    title_en = forms.CharField(label=_("Title in English"), max_length=LONGEST_TITLE, required=False)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=LONGEST_TITLE, required=False)
    starts_at = forms.DateTimeField(
        label=_("Starts at"),
        input_formats=[LOCAL_TIME, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME),
        help_text=_("The time of this place."),
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

    def clean(self) -> dict[str, Any]:
        """One title is enough; both is better."""
        told = super().clean() or {}
        if not told.get("title_en") and not told.get("title_zh"):
            self.add_error("title_en", _("Give the show a title in one language at least."))
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
                "starts_at": timezone.localtime(show.starts_at),
            }
        )

    @classmethod
    def fresh(cls, now: datetime) -> "ShowForm":
        """An empty form that proposes the next full hour but one."""
        next_hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
        return cls(initial={"starts_at": next_hour})


def _given(en: str, zh: str) -> dict[str, str]:
    return {language: text for language, text in both(en, zh).items() if text}
