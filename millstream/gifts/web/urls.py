"""Addresses of gifts."""

from django.urls import path

from millstream.gifts.web import receipts, views

app_name = "gifts"

urlpatterns = [
    path("gifts/mine/", views.my_coupons, name="mine"),
    path("gifts/<uuid:gift_id>/", receipts.receipt, name="receipt"),
    path("gifts/<uuid:gift_id>/receipt.json", receipts.receipt_json, name="receipt_json"),
    path("gifts/<uuid:gift_id>/entries.jsonl", receipts.entries, name="entries"),
    path("gifts/<uuid:gift_id>/grab/", views.grab, name="grab"),
]
