"""Addresses of people."""

from django.urls import URLPattern, path

from millstream.people.web import forgetting

app_name = "people"

urlpatterns: list[URLPattern] = [
    path("forget-me/", forgetting.forget_me, name="forget_me"),
    path("forgotten/", forgetting.forgotten, name="forgotten"),
]
