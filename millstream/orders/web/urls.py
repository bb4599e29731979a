"""Addresses of orders."""

from django.urls import path

from millstream.orders.web import desk_views, hook_views, order_views, payment_views, sheet_views

app_name = "orders"

urlpatterns = [
    path("buy/<uuid:variant_id>/", sheet_views.sheet, name="buy"),
    path("buy/pay/<uuid:order_id>/", sheet_views.pay, name="pay"),
    path("buy/return/<uuid:order_id>/", sheet_views.came_back, name="return"),
    path("orders/", order_views.mine, name="mine"),
    path("orders/<str:code>/", order_views.order, name="order"),
    path("orders/<str:code>/cancel/", order_views.cancel, name="cancel"),
    path("desk/orders/", desk_views.orders, name="desk_orders"),
    path("desk/orders/<str:code>/", desk_views.order, name="desk_order"),
    path("desk/orders/<str:code>/cancel/", desk_views.cancel, name="desk_cancel"),
    path("desk/orders/<str:code>/refund/", desk_views.refund, name="desk_refund"),
    path("desk/orders/<str:code>/deliver-now/", desk_views.deliver_now, name="deliver_now"),
    path("desk/orders/<str:code>/end-window/", desk_views.end_window, name="end_window"),
    path("desk/payments/", payment_views.cases, name="cases"),
    path("desk/payments/orders/", payment_views.orders, name="all_orders"),
    path("desk/payments/statement/", payment_views.statement, name="statement"),
    path("desk/payments/<uuid:case_id>/close/", payment_views.close, name="close_case"),
    path("hooks/gateway/sandbox", hook_views.sandbox, name="hook_sandbox"),
]
