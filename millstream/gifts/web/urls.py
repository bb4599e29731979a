"""Addresses of gifts."""

from django.urls import path

from millstream.gifts.web import views

app_name = "gifts"

urlpatterns = [
    path("gifts/mine/", views.my_coupons, name="mine"),
    path("gifts/<uuid:gift_id>/", views.receipt, name="receipt"),
    path("gifts/<uuid:gift_id>/receipt.json", views.receipt_json, name="receipt_json"),
    path("gifts/<uuid:gift_id>/grab/", views.grab, name="grab"),
]
