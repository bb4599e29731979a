"""Give a place its code in a further vintage."""

from django.db import IntegrityError, transaction
from django.db.models import Q

from millstream.places import rules
from millstream.places.models import Place, PlaceCode
from millstream.places.refusals import BadCode, CodeTaken, UnknownPlace
from millstream.places.types import PlaceId


@transaction.atomic
def recode_place(place_id: PlaceId, *, code: str, vintage: int) -> None:
    """Record the code of a place in one vintage; the newest becomes the one it is shown with."""
    if not rules.is_code(code):
        raise BadCode(place_code=code)
    if not Place.objects.filter(id=place_id).exists():
        raise UnknownPlace(place_id=place_id)
    if PlaceCode.objects.filter(place_id=place_id, vintage=vintage, code=code).exists():
        return
    try:
        with transaction.atomic():
            PlaceCode.objects.create(place_id=place_id, vintage=vintage, code=code)
    except IntegrityError as error:
        raise CodeTaken(place_code=code, vintage=vintage) from error
    Place.objects.filter(Q(id=place_id) & Q(vintage__lt=vintage)).update(code=code, vintage=vintage)
