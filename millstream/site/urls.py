"""All addresses of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from millstream.site.web import views
from millstream.site.web.api import api, docs

WITH_PAGES = (
    *("places", "people", "ledger", "shops", "media", "pacts", "logistics", "orders", "deals", "gifts", "notices"),
    "live",
)

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", RedirectView.as_view(url="/static/build/mark.svg")),
    path("language/", set_language, name="set_language"),
    # Nobody has a password: the page for one leads to the page for a code.
    path("accounts/login/", RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/docs", docs, name="api_docs"),
    path("api/v1/", api.urls),
    *[path("", include(f"millstream.{context}.web.urls")) for context in WITH_PAGES],
    path("", include("millstream.site.web.urls")),
]
