"""Addresses of deals."""

from django.urls import path

from millstream.deals.web import away_views, room_views, studio_views

app_name = "deals"

urlpatterns = [
    path("auctions/<uuid:auction_id>/", room_views.auction, name="auction"),
    path("auctions/<uuid:auction_id>/bid/", room_views.bid, name="bid"),
    path("auctions/<uuid:auction_id>/tell/", away_views.tell, name="tell"),
    path("auctions/<uuid:auction_id>/tell-no-more/", away_views.tell_no_more, name="tell_no_more"),
    path("auctions/lots/<str:token>/", away_views.lot, name="lot"),
    path("auctions/<uuid:auction_id>/receipt.json", room_views.receipt, name="receipt"),
    path("auctions/<uuid:auction_id>/cancel/", studio_views.cancel_auction, name="cancel_auction"),
    path("deals/<uuid:deal_id>/close/", studio_views.close_deal, name="close_deal"),
    path("deals/in/<uuid:show_id>/open/", studio_views.open_deal, name="open_deal"),
    path("deals/in/<uuid:show_id>/auction/", studio_views.open_auction, name="open_auction"),
    path("deals/prices/<uuid:variant_id>/", room_views.prices, name="prices"),
]
