"""Codes as they stand on goods, in catalogues and in files that went through a spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masterdata.barcodes import check_digit, is_destroyed, is_gtin, read


@pytest.mark.parametrize("code", ["96385074", "036000291452", "4006381333931", "6901234567892", "10614141000415"])
def test_a_code_with_the_right_check_digit_is_a_gtin(code):
    assert read(code) == (code, "gtin", None)


@pytest.mark.parametrize("code", ["96385075", "036000291453", "4006381333932", "10614141000416"])
def test_a_wrong_check_digit_is_kept_with_a_warning(code):
    assert read(code) == (code, "house", "barcode_check_digit")


@pytest.mark.parametrize("code", ["A-12", "12345", "茶-1", "code 39"])
def test_other_text_is_a_code_of_the_house(code):
    assert read(code)[1:] == ("house", "barcode_house")


@pytest.mark.parametrize("code", ["36000291452", "1234565"])
def test_a_gtin_without_the_zeros_before_it_is_kept_with_a_warning_of_its_own(code):
    assert read(code) == (code, "house", "barcode_zeros_lost")


@pytest.mark.parametrize("text", ["690-1234-567892", " 6901234567892 ", "６９０１２３４５６７８９２"])
def test_a_gtin_is_kept_as_a_scanner_gives_it(text):
    assert read(text) == ("6901234567892", "gtin", None)


@pytest.mark.parametrize("text", ["6.9E+12", "6.90123E+12", "7E12", "1.2e+5"])
def test_what_a_spreadsheet_destroyed_is_seen(text):
    assert is_destroyed(text)


@pytest.mark.parametrize("text", ["6901234567892", "E12", "6.9", "A1E+5", "6.9E+12x"])
def test_nothing_else_is_taken_for_destroyed(text):
    assert not is_destroyed(text)


@given(st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)))
def test_exactly_one_last_digit_fits(digits):
    assert [d for d in range(10) if is_gtin(f"{digits}{d}")] == [check_digit(digits)]
