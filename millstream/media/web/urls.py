"""Addresses of the hooks."""

from django.urls import path

from millstream.media.web import views

app_name = "media"

urlpatterns = [
    path("hooks/media/publish", views.publish, name="publish"),
    path("hooks/media/publish_done", views.publish_done, name="publish_done"),
    path("hooks/media/scenes", views.scenes, name="scenes"),
]
