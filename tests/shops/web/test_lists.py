"""Lists out and in: what goes out comes back the same; lines that are refused come back to be corrected."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from millstream.kernel.ids import new_id
from millstream.kernel.refusals import Refusal
from millstream.shops.adapters.product_csv import read_rows, write_rows
from millstream.shops.api import check_stock, hold_stock
from millstream.shops.models import Product, StockItem, Variant
from millstream.shops.refusals import ColumnMissing, ListTooLong, NotAList
from tests.shops.counter import NOW, Counter, ask, counters

LINES = """product,sku,title_en,title_zh,price,on_hand,state,variant_en
basket,b-1,Bamboo basket,竹篮,88.5,4,listed,Small
basket,b-2,,,120,2,,Large
tea,t-1,Green tea,绿茶,0,5,listed,
,t-2,Black tea,红茶,30,abc,listed,
,t-3,White tea,白茶,45,1,sold,
,t-4,Yellow tea,黄茶,60,1,listed,
"""


def bring(amina: Client, **sent: object):
    """Send the form."""
    return amina.post("/desk/shop/lists/", {"import_id": str(new_id()), "lines": "", **sent})


def test_lines_stand_or_fall_alone(counter: Counter, amina: Client):
    """Four of six lines are good: they are made; the others are named with the reason and come back into the form."""
    page = bring(amina, lines=LINES)
    text = page.content.decode()
    assert page.status_code == 200
    assert "more than zero" in text
    assert "“abc”" in text
    assert "“sold”" in text
    again = page.context["form"].initial["lines"]
    assert [row["sku"] for row in csv.DictReader(io.StringIO(again))] == ["t-1", "t-2", "t-3"]
    made = dict(Variant.objects.exclude(sku="bowl").values_list("sku", "price_minor"))
    assert made == {"b-1": 8_850, "b-2": 12_000, "t-4": 6_000}
    assert Product.objects.unscoped("test").get(slug="basket").state == "listed"
    assert not Product.objects.unscoped("test").filter(title__en__in=["Green tea", "Black tea", "White tea"]).exists()
    assert check_stock() == []


def test_corrected_lines_go_in_the_second_time(counter: Counter, amina: Client):
    """What came back, corrected, makes the list whole; nothing is doubled."""
    again = bring(amina, lines=LINES).context["form"].initial["lines"]
    corrected = again.replace(",0,5,listed", ",25,5,listed").replace("abc", "6").replace("sold", "draft")
    bring(amina, lines=corrected)
    assert set(Variant.objects.values_list("sku", flat=True)) == {"bowl", "b-1", "b-2", "t-1", "t-2", "t-3", "t-4"}
    assert Product.objects.unscoped("test").count() == 6
    assert StockItem.objects.get(variant__sku="t-2").on_hand == 6
    assert check_stock() == []


def test_what_goes_out_comes_back_the_same(counter: Counter, amina: Client):
    """An export brought in again changes nothing at all."""
    counter.stock(5)
    bring(amina, lines=LINES)
    content = amina.get("/desk/shop/products.csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    page = bring(amina, file=SimpleUploadedFile("shop.csv", content, "text/csv"))
    assert {one.outcome for one, *_ in page.context["done"]} == {"same"}
    assert amina.get("/desk/shop/products.csv").content == content


def test_cells_that_are_empty_change_nothing(counter: Counter, amina: Client):
    """A list with two columns changes prices and leaves titles, stories and stock alone."""
    item = counter.stock(5)
    page = bring(amina, lines="sku\tprice\nbowl\t99\n")
    assert page.context["done"][0][0].outcome == "changed"
    assert Variant.objects.get(id=counter.variant).price_minor == 9_900
    assert counters(item) == (5, 0, 0)


def test_a_count_below_what_is_held_is_refused_with_its_line(counter: Counter, amina: Client):
    """Two are held, so one cannot be all there is; the price of that line is not changed either."""
    item = counter.stock(5)
    hold_stock([ask(item, 2)], now=NOW)
    text = bring(amina, lines="sku,price,on_hand\nbowl,99,1\n").content.decode()
    assert "2 are held for buyers" in text
    assert counters(item) == (5, 2, 0)
    assert Variant.objects.get(id=counter.variant).price_minor == 12_800


def test_a_price_in_another_currency_is_refused(counter: Counter, amina: Client):
    """The shop sells in yuan."""
    text = bring(amina, lines="sku,price,currency\nbowl,99,USD\n").content.decode()
    assert "sells in CNY, not in USD" in text
    assert Variant.objects.get(id=counter.variant).price_minor == 12_800


def test_the_same_import_sent_twice_counts_once(counter: Counter, amina: Client):
    """A second tap on the button makes nothing again."""
    sent = {"import_id": str(new_id()), "lines": "sku,title_en,price,on_hand\nnew,New thing,10,3\n"}
    for _ in range(2):
        amina.post("/desk/shop/lists/", sent)
    assert StockItem.objects.get(variant__sku="new").on_hand == 3
    assert Product.objects.unscoped("test").filter(title__en="New thing").count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheets_of_any_kind_are_read(encoding: str, separator: str):
    """Encodings and separators of the spreadsheets of this country."""
    content = f"SKU{separator} Title_ZH \r\nb-1{separator}竹篮\r\n\r\n".encode(encoding)
    assert [row.cells for row in read_rows(content)] == [{"sku": "b-1", "title_zh": "竹篮"}]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", ColumnMissing),
        (b"\x00\x01\x02", NotAList),
        (b"PK\x03\x04" + bytes(200), NotAList),
        (b"title_en\nno sku here\n", ColumnMissing),
        (b"sku\n" + b"x\n" * 2001, ListTooLong),
        (b"sku\n" + b"x" * 200_000, NotAList),
        (b"sku\n" + bytes(3 * 2**20), ListTooLong),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, refusal: type[Refusal]):
    """Nothing, binary files, lists without SKUs, endless cells, and lists beyond the limit."""
    with pytest.raises(refusal):
        read_rows(content)


def test_no_cell_that_we_write_begins_a_formula():
    """A title such as =1+1 stays a text in a spreadsheet; negative numbers stay numbers."""
    content = write_rows([["=1+1", "-5", "@x", "plain"]], columns=("a", "b", "c", "d")).decode("utf-8-sig")
    assert content.splitlines()[1] == "'=1+1,-5,'@x,plain"
    back = read_rows(write_rows([["=1+1", "'quoted'"]], columns=("sku", "title_en")))
    assert back[0].cells == {"sku": "=1+1", "title_en": "'quoted'"}, "and comes back as it was"


def test_nothing_sent_is_said(counter: Counter, amina: Client):
    """Neither file nor lines."""
    page = bring(amina)
    assert page.status_code == 422
    assert "No file was chosen" in page.content.decode()
