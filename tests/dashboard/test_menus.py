"""The menus of the filter: Django's own to the letter, and read once."""

import pytest
from django import forms
from django.utils.translation import gettext_lazy

from ambassadors.dashboard.menus import Menu, RowField
from staff.models import Division
from tests.factories import make_division

CHOICES = [
    ("", gettext_lazy("All divisions")),
    (None, "None"),
    ("12m", "Last <b>12</b> months & more"),
    (7, "Seven"),
    ('"', "Quoted"),
    ("12m", "Twice"),
]


@pytest.mark.parametrize("value", ["", None, "12m", 7, "7", '"', "gone", ["12m"]])
@pytest.mark.parametrize("attrs", [{}, {"class": "inp", "id": 'a"b', "required": True, "x": False}])
def test_a_menu_is_that_of_django(value, attrs):
    expected = forms.Select(attrs=attrs, choices=CHOICES).render("na<me", value, {"title": "t"})
    assert Menu(attrs=attrs, choices=CHOICES).render("na<me", value, {"title": "t"}) == expected


class _Form(forms.Form):
    division = RowField(Division.objects.all(), empty_label="All", required=False)


@pytest.mark.django_db
def test_rows_are_read_once_for_each_form(django_assert_num_queries):
    first, second = make_division(name="Bouw & Infra"), make_division(name="Water")
    form = _Form({"division": str(second.pk)})
    assert form.is_valid()
    with django_assert_num_queries(1):
        html = str(form["division"])
        assert form.fields["division"].rows == [first, second]
    assert "Bouw &amp; Infra</option>" in html
    assert f'<option value="{second.pk}" selected>Water</option>' in html
    assert form.cleaned_data["division"] == second
    third = make_division(name="Zee")
    assert _Form().fields["division"].rows[-1] == third
