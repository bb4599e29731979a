"""Addresses of notices."""

from django.urls import URLPattern, path

from millstream.notices.web import answers, service_worker

app_name = "notices"

urlpatterns: list[URLPattern] = [
    path("notices/confirm/<str:token>/", answers.confirm, name="confirm"),
    path("notices/stop/<str:token>/", answers.stop, name="stop"),
    path("sw.js", service_worker.service_worker, name="service_worker"),
]
