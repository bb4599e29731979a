"""The label: printed, looked at by a barcode reader, and read by eye and machine."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from django.utils.translation import override
from PIL import Image
from reportlab.pdfbase import pdfmetrics

from millstream.kernel.refusals import NotFound
from millstream.logistics import api
from millstream.logistics.adapters import label_font
from millstream.logistics.adapters.label_content import LabelContent
from millstream.logistics.adapters.label_pdf import draw_label
from millstream.logistics.refusals import FontMissing
from millstream.people.models import AddressView
from tests.logistics.town import Town

needs_poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler draws the page")


def _draw(pdf: bytes, folder: Path, resolution: int) -> Image.Image:
    (folder / "label.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", str(resolution), "-png", "-singlefile", "label.pdf", "label"], cwd=folder, check=True
    )
    return Image.open(io.BytesIO((folder / "label.png").read_bytes()))


@needs_poppler
def test_a_printed_label_is_read_back_by_a_barcode_reader(town: Town, tmp_path: Path) -> None:
    """At the 203 dots per inch of a thermal printer both the bars and the QR give the parcel's code."""
    (one,) = town.packed()
    drawn = _draw(api.print_label(one.id, acting=town.amina, now=town.now), tmp_path, 203)
    assert drawn.size == pytest.approx((799, 1199), abs=2)
    read = {result.format: result.text for result in zxingcpp.read_barcodes(drawn)}
    assert read[zxingcpp.BarcodeFormat.Code128] == one.code
    assert read[zxingcpp.BarcodeFormat.QRCode].endswith(f"/track/{one.code}/")


@needs_poppler
def test_chinese_stands_on_the_label_as_text_with_few_letters_embedded(town: Town, tmp_path: Path) -> None:
    """The text can be searched, the font is a subset, the page is small and 100 by 150 mm."""
    (one,) = town.packed()
    with override("zh-hans"):
        pdf = api.print_label(one.id, acting=town.amina, now=town.now)
    assert len(pdf) < 120_000
    (tmp_path / "label.pdf").write_bytes(pdf)
    text = subprocess.run(["pdftotext", "-layout", "label.pdf", "-"], cwd=tmp_path, check=True, capture_output=True)
    told = text.stdout.decode()
    for piece in ("杭州市西湖区运河街", "阿米娜窑", "青瓷茶杯", "QX-01", town.label(one), "138******00"):
        assert piece in told, piece
    assert "13800138000" not in told
    fonts = subprocess.run(["pdffonts", "label.pdf"], cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    assert "NotoSansSC" in fonts
    size = subprocess.run(["pdfinfo", "label.pdf"], cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    assert "283.4" in size
    assert "425.1" in size


@needs_poppler
def test_one_label_after_another_has_its_own_letters(town: Town, tmp_path: Path) -> None:
    """The first label's letters are not kept for the next, in whatever language each is printed."""
    (one,) = town.packed()
    for language, name in (("en", "Amina"), ("zh-hans", "阿米娜窑"), ("en", "Amina"), ("zh-hans", "青溪服务站")):
        with override(language):
            (tmp_path / "label.pdf").write_bytes(api.print_label(one.id, acting=town.amina, now=town.now))
        told = subprocess.run(["pdftotext", "label.pdf", "-"], cwd=tmp_path, check=True, capture_output=True)
        assert name in told.stdout.decode()
        assert town.label(one) in told.stdout.decode()
    assert not [font for font in pdfmetrics.getRegisteredFontNames() if font.startswith("Label")]


def test_every_label_logs_who_read_the_address(town: Town) -> None:
    """Personal data in the clear has a reader and a reason."""
    (one,) = town.packed()
    api.print_label(one.id, acting=town.amina, now=town.now)
    view = AddressView.objects.get()
    assert (view.reader_id, view.reason) == (town.amina, "parcel label")


def test_neither_stranger_nor_buyer_prints_the_label(town: Town) -> None:
    """Only the maker, the station and the centre of the parcel."""
    (one,) = town.packed()
    for reader in (town.femi, town.bo, town.yunci):
        with pytest.raises(NotFound):
            api.print_label(one.id, acting=reader, now=town.now)


def test_a_long_address_is_cut_and_does_not_break_the_label(town: Town) -> None:
    """Letters that the font lacks and lines that never end still give a page."""
    plain = LabelContent(
        "P00000000000", "http://x/track/P00000000000/", "R", "C", "", "N", "1", "L", "F", "S", (), "1 g", "O", "2026"
    )
    long = replace(plain, to_lines="浙江省" * 90 + "\n" + "W" * 200, to_name="名" * 60, contents=("字" * 80,) * 9)
    assert draw_label(long).startswith(b"%PDF")
    assert draw_label(replace(plain, to_name="😀 ﷽")).startswith(b"%PDF")


def test_a_missing_font_is_said_clearly(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """No half a label: a refusal with what to install."""
    (one,) = town.packed()
    monkeypatch.setattr(label_font, "FONT_PACKAGE", "no_such_font_package")
    with pytest.raises(FontMissing):
        api.print_label(one.id, acting=town.amina, now=town.now)
