"""What bank details must look like."""

import re
from typing import Final

from millstream.ledger.refusals import BadBankDetails
from millstream.ledger.types import BankDetails

LONGEST_NAME: Final = 70  # ISO 20022 limits a name in a payment to 70 characters (SEPA rule books)
FEWEST_DIGITS: Final = 6
_NUMBER: Final = re.compile(r"^[A-Z0-9]{6,34}$")  # the longest IBAN has 34
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def checked_details(typed: BankDetails) -> BankDetails:
    """The details with spaces tidied; refuses what no bank would take, naming the field."""
    holder, bank = " ".join(typed.holder.split()), " ".join(typed.bank.split())
    number = re.sub(r"[\s\-\u2010-\u2015]", "", typed.number).upper()
    for field, text in (("holder", holder), ("bank", bank)):
        if not text or len(text) > LONGEST_NAME or _CONTROL.search(text):
            raise BadBankDetails(field=field)
    if not _NUMBER.match(number) or sum(character.isdigit() for character in number) < FEWEST_DIGITS:
        raise BadBankDetails(field="number")
    return BankDetails(holder, bank, number)
