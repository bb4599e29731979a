"""Addresses of the storefront and the shop desk."""

from django.urls import path, re_path

from millstream.shops.web import desk, desk_lists, desk_stock, storefront

app_name = "shops"
urlpatterns = [
    path("goods/", storefront.goods, name="goods"),
    path("products/<slug:slug>/", storefront.product_page, name="product"),
    path("shops/<slug:slug>/", storefront.shop_page, name="shop"),
    path("makers/", storefront.makers_page, name="makers"),
    re_path(
        r"^files/(?P<folder>photos|pictures)/(?P<picture>[0-9a-f]{32})/(?P<width>[0-9]{1,5})\.(?P<form>webp|jpg)$",
        storefront.file,
        name="file",
    ),
    path("desk/shop/", desk.today, name="today"),
    path("desk/shop/open/", desk.open_shop, name="open"),
    path("desk/shop/products/", desk.products, name="desk_products"),
    path("desk/shop/products/new/", desk.new_product, name="desk_new"),
    path("desk/shop/products/<uuid:product_id>/", desk.product, name="desk_product"),
    path("desk/shop/products/<uuid:product_id>/state/", desk.product_state, name="desk_product_state"),
    path("desk/shop/products/<uuid:product_id>/photos/", desk.add_photos, name="desk_photos"),
    path("desk/shop/products/<uuid:product_id>/photos/<uuid:photo_id>/", desk.change_photo, name="desk_photo"),
    path("desk/shop/products/<uuid:product_id>/variants/", desk.add_variant, name="desk_variants"),
    path("desk/shop/stock/", desk_stock.stock, name="desk_stock"),
    path("desk/shop/stock/<uuid:variant_id>/", desk_stock.stock_item, name="desk_stock_item"),
    path("desk/shop/prices/", desk_stock.prices, name="desk_prices"),
    path("desk/shop/lists/", desk_lists.lists, name="desk_lists"),
    path("desk/shop/products.csv", desk_lists.export, name="desk_export"),
]
