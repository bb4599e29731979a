"""Addresses of orders."""

from django.urls import path

from millstream.orders.web import hook_views

app_name = "orders"

urlpatterns = [
    path("hooks/gateway/sandbox", hook_views.sandbox, name="hook_sandbox"),
]
