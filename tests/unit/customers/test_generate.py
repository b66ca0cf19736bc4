from __future__ import annotations

import random

import phonenumbers
import pytest

from campaigns.customers.generate import Generator, load_names, load_ranges
from campaigns.errors import ImportFileError


def test_the_same_seed_and_key_draw_the_same_person_and_others_differ() -> None:
    one, again, other = Generator.of(1, "CN"), Generator.of(1, "CN"), Generator.of(2, "CN")
    drawn = [(g.name("7", None), g.number("7"), g.id_tail("7")) for g in (one, again, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert one.number("7", 0) != one.number("7", 1)


def test_a_name_fits_the_gender() -> None:
    generator, names = Generator.of(1, "CN"), load_names()
    women = {name for key in range(300) for name in [generator.name(str(key), "female")]}
    assert all(name.endswith(names.given.female) for name in women)
    assert len(women) > 200


def test_every_range_is_a_number_in_form_that_no_operator_has() -> None:
    chance = random.Random(5)
    for region, ranges in load_ranges().items():
        for each in ranges:
            for _ in range(500):
                tail = f"{chance.randrange(10**each.digits):0{each.digits}d}"
                number = phonenumbers.parse(each.prefix + tail)
                assert phonenumbers.region_code_for_country_code(number.country_code or 0) == region
                assert phonenumbers.is_possible_number(number)
                assert not phonenumbers.is_valid_number(number)


def test_a_region_without_such_a_range_gets_no_numbers() -> None:
    with pytest.raises(ImportFileError, match=r"ranges\.yaml"):
        Generator.of(1, "DE").number("7")
