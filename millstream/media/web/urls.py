"""Addresses of the hooks."""

from django.urls import path, re_path

from millstream.media.web import clips, engines, views

app_name = "media"

urlpatterns = [
    re_path(r"^files/clips/(?P<token>[A-Za-z0-9_-]{20,64})\.(?P<form>mp4|jpg)$", clips.file, name="clip"),
    path("hooks/media/publish", views.publish, name="publish"),
    path("hooks/media/publish_done", views.publish_done, name="publish_done"),
    path("hooks/media/scenes", views.scenes, name="scenes"),
    path("hooks/media/nginx-rtmp/publish", engines.nginx_publish, name="nginx_publish"),
    path("hooks/media/nginx-rtmp/done", engines.nginx_done, name="nginx_done"),
    path("hooks/media/nginx-rtmp/update", engines.nginx_update, name="nginx_update"),
    path("hooks/media/mediamtx", engines.mediamtx_auth, name="mediamtx"),
    path("hooks/media/mediamtx/gone", engines.mediamtx_gone, name="mediamtx_gone"),
    path("hooks/media/srs", engines.srs, name="srs"),
    path("video/<str:playback>/state.json", engines.state, name="state"),
]
