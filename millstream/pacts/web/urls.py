"""Addresses of the pacts."""

from django.urls import path

from millstream.pacts.web import floors, views

app_name = "pacts"

urlpatterns = [
    path("pacts/", views.pacts_page, name="pacts"),
    path("pacts/floors/", floors.floors_page, name="floors"),
    path("pacts/where/<uuid:seller>/", views.where_it_goes, name="where_it_goes"),
]
