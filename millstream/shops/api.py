"""The door of shops."""

from millstream.shops.actions.add_category import add_category
from millstream.shops.actions.add_photo import add_photo
from millstream.shops.actions.add_variant import add_variant
from millstream.shops.actions.attach_photo import attach_photo
from millstream.shops.actions.claim_holds import claim_holds
from millstream.shops.actions.close_pool import close_pool
from millstream.shops.actions.correct_stock import correct_stock
from millstream.shops.actions.damage_stock import damage_stock
from millstream.shops.actions.draft_product import draft_product
from millstream.shops.actions.edit_product import edit_product
from millstream.shops.actions.expire_holds import expire_holds
from millstream.shops.actions.front_photo import front_photo
from millstream.shops.actions.hold_stock import hold_stock
from millstream.shops.actions.import_products import import_products
from millstream.shops.actions.keep_picture import keep_picture
from millstream.shops.actions.list_product import list_product
from millstream.shops.actions.make_product import make_product
from millstream.shops.actions.open_pool import open_pool
from millstream.shops.actions.open_shop import open_shop
from millstream.shops.actions.receive_stock import receive_stock
from millstream.shops.actions.release_holds import release_holds
from millstream.shops.actions.remove_photo import remove_photo
from millstream.shops.actions.return_stock import return_stock
from millstream.shops.actions.set_price import set_price
from millstream.shops.actions.take_off_sale import take_off_sale
from millstream.shops.actions.withdraw_product import withdraw_product
from millstream.shops.adapters.file_store import drop_picture, picture_set, picture_url, read_file
from millstream.shops.adapters.product_csv import COLUMNS, read_rows, write_rows
from millstream.shops.queries.desk import (
    goods_on_sale,
    movements,
    needs_hand,
    own_product,
    own_products,
    own_shop,
    stock_lines,
)
from millstream.shops.queries.export import export_lines
from millstream.shops.queries.storefront import (
    categories,
    makers,
    open_shops,
    product,
    product_and_others,
    shelf,
    shop,
    shops,
    shops_of,
)
from millstream.shops.rules import slug_for
from millstream.shops.stock.checking import check_stock
from millstream.shops.stock.pools import pools
from millstream.shops.stock.selling import for_sale

__all__ = [
    "COLUMNS",
    "add_category",
    "add_photo",
    "add_variant",
    "attach_photo",
    "categories",
    "check_stock",
    "claim_holds",
    "close_pool",
    "correct_stock",
    "damage_stock",
    "draft_product",
    "drop_picture",
    "edit_product",
    "expire_holds",
    "export_lines",
    "for_sale",
    "front_photo",
    "goods_on_sale",
    "hold_stock",
    "import_products",
    "keep_picture",
    "list_product",
    "make_product",
    "makers",
    "movements",
    "needs_hand",
    "open_pool",
    "open_shop",
    "open_shops",
    "own_product",
    "own_products",
    "own_shop",
    "picture_set",
    "picture_url",
    "pools",
    "product",
    "product_and_others",
    "read_file",
    "read_rows",
    "receive_stock",
    "release_holds",
    "remove_photo",
    "return_stock",
    "set_price",
    "shelf",
    "shop",
    "shops",
    "shops_of",
    "slug_for",
    "stock_lines",
    "take_off_sale",
    "withdraw_product",
    "write_rows",
]
