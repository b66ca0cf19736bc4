"""What pydantic finds wrong with a file, a form or a request, by its kind of error, for the catalogues.

In English they are its own sentences, but for those that it makes of several. Places are of the error's
``ctx``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from campaigns.said import Said

MISTAKES: Final[Mapping[str, Said]] = {
    "missing": Said("Field required"),
    "extra_forbidden": Said("there is no such key; is it misspelt?"),
    "invalid_key": Said("Keys should be strings"),
    "json_invalid": Said("Invalid JSON: %(error)s"),
    "none_required": Said("Input should be empty"),
    "recursion_loop": Said("Recursion error - cyclic reference detected"),
    "model_type": Said("Input should be an object"),
    "model_attributes_type": Said("Input should be an object"),
    "dict_type": Said("Input should be an object"),
    "list_type": Said("Input should be a valid list"),
    "tuple_type": Said("Input should be a valid list"),
    "set_type": Said("Input should be a valid list"),
    "frozen_set_type": Said("Input should be a valid list"),
    "too_short": Said("There are %(actual_length)s entries, and should be at least %(min_length)s"),
    "too_long": Said("There should be at most %(max_length)s entries"),
    "string_type": Said("Input should be a valid string"),
    "string_unicode": Said("Input should be a valid string, unable to parse raw data as a unicode string"),
    "string_too_short": Said("The shortest that is allowed is of length %(min_length)s"),
    "string_too_long": Said("The longest that is allowed is of length %(max_length)s"),
    "string_pattern_mismatch": Said("String should match pattern '%(pattern)s'"),
    "enum": Said("Input should be one of %(expected)s"),
    "literal_error": Said("Input should be one of %(expected)s"),
    "union_tag_invalid": Said("%(tag)s is none of %(expected_tags)s"),
    "union_tag_not_found": Said("Unable to extract tag using discriminator %(discriminator)s"),
    "bool_type": Said("Input should be a valid boolean"),
    "bool_parsing": Said("Input should be a valid boolean, unable to interpret input"),
    "int_type": Said("Input should be a valid integer"),
    "int_parsing": Said("Input should be a valid integer, unable to parse string as an integer"),
    "int_parsing_size": Said("Unable to parse input string as an integer, exceeded maximum size"),
    "int_from_float": Said("Input should be a valid integer, got a number with a fractional part"),
    "float_type": Said("Input should be a valid number"),
    "float_parsing": Said("Input should be a valid number, unable to parse string as a number"),
    "finite_number": Said("Input should be a finite number"),
    "decimal_type": Said("Input should be a valid decimal"),
    "decimal_parsing": Said("Input should be a valid decimal"),
    "decimal_max_digits": Said("There should be at most %(max_digits)s digits"),
    "decimal_max_places": Said("There should be at most %(decimal_places)s decimal places"),
    "decimal_whole_digits": Said("There should be at most %(whole_digits)s digits before the decimal point"),
    "greater_than": Said("Input should be greater than %(gt)s"),
    "greater_than_equal": Said("Input should be greater than or equal to %(ge)s"),
    "less_than": Said("Input should be less than %(lt)s"),
    "less_than_equal": Said("Input should be less than or equal to %(le)s"),
    "multiple_of": Said("Input should be a multiple of %(multiple_of)s"),
    "date_type": Said("Input should be a valid date"),
    "date_parsing": Said("Input should be a valid date in the format YYYY-MM-DD"),
    "date_from_datetime_parsing": Said("Input should be a valid date in the format YYYY-MM-DD"),
    "date_from_datetime_inexact": Said(
        "Datetimes provided to dates should have zero time - e.g. be exact dates"
    ),
    "time_type": Said("Input should be a valid time"),
    "time_parsing": Said("Input should be in a valid time format"),
    "datetime_type": Said("Input should be a valid datetime"),
    "datetime_parsing": Said("Input should be a valid datetime"),
    "datetime_from_date_parsing": Said("Input should be a valid datetime or date"),
    "datetime_object_invalid": Said("Input should be a valid datetime"),
    "timezone_naive": Said("Input should not have timezone info"),
    "timezone_aware": Said("Input should have timezone info"),
    "time_delta_type": Said("Input should be a valid duration"),
    "time_delta_parsing": Said("Input should be a valid duration"),
    "url_type": Said("Input should be a valid URL"),
    "url_parsing": Said("Input should be a valid URL"),
    "url_scheme": Said("URL scheme should be %(expected_schemes)s"),
    "path_type": Said("Input is not a valid path"),
}
