"""Addresses of places."""

from django.urls import path

from millstream.places.web import views

app_name = "places"
urlpatterns = [
    path("places/", views.find, name="find"),
    path("places/<slug:code>/", views.place_page, name="place"),
]
