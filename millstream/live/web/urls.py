"""Addresses of shows and the studio."""

from django.urls import path

from millstream.live.web import floor, shows, studio, talk

app_name = "live"

urlpatterns = [
    path("shows/", shows.shows_page, name="shows"),
    path("shows/<slug:slug>/", shows.show_page, name="show"),
    path("shows/<slug:slug>/replay/", shows.replay_page, name="replay"),
    path("shows/<slug:slug>/calendar.ics", shows.calendar, name="calendar"),
    path("shows/<slug:slug>/trade", shows.trade, name="trade"),
    path("shows/<slug:slug>/say/", talk.say, name="say"),
    path("shows/<slug:slug>/like/", talk.like, name="like"),
    path("desk/shows/", floor.floor, name="floor"),
    path("desk/shows/<slug:slug>/", floor.show, name="floor_show"),
    path("desk/shows/<slug:slug>/talk/", floor.talk, name="floor_talk"),
    path("desk/shows/<slug:slug>/end/", floor.end, name="floor_end"),
    path("studio/", studio.today, name="studio"),
    path("studio/plan/", studio.plan, name="plan"),
    path("studio/key/", studio.issue_key, name="issue_key"),
    path("studio/<slug:slug>/", studio.rundown, name="rundown"),
    path("studio/<slug:slug>/details/", studio.details, name="details"),
    path("studio/<slug:slug>/goods/", studio.goods, name="goods"),
    path("studio/<slug:slug>/order/", studio.order, name="order"),
    path("studio/<slug:slug>/take/", studio.take, name="take"),
    path("studio/<slug:slug>/live/", studio.go_live, name="go_live"),
    path("studio/<slug:slug>/now/", studio.now, name="now"),
    path("studio/<slug:slug>/start/", studio.start, name="start"),
    path("studio/<slug:slug>/end/", studio.end, name="end"),
    path("studio/<slug:slug>/pin/", studio.pin, name="pin"),
    path("studio/<slug:slug>/unpin/", studio.unpin, name="unpin"),
    path("studio/<slug:slug>/talk/<uuid:message>/delete/", talk.delete, name="delete_message"),
    path("studio/<slug:slug>/talk/<uuid:message>/mute/", talk.mute, name="mute_speaker"),
]
