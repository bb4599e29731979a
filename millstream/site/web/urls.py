"""Addresses of the site's own pages."""

from django.urls import path

from millstream.site.web import demo, desk
from millstream.site.web.styleguide import styleguide, styleguide_frame
from millstream.site.web.theme import set_theme

urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/act-as/", desk.act_as, name="act_as"),
    path("desk/keys/", desk.issue_key, name="issue_key"),
    path("desk/keys/<uuid:key_id>/revoke/", desk.revoke_key, name="revoke_key"),
    path("demo/enter/", demo.enter, name="demo_enter"),
    path("theme/", set_theme, name="set_theme"),
    path("styleguide/", styleguide, name="styleguide"),
    path("styleguide/<slug:frame>/", styleguide_frame, name="styleguide_frame"),
]
