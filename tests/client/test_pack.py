"""The template pack, on a form with every kind of field."""

import re

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from crispy_forms.utils import render_crispy_form
from django import forms


class Sample(forms.Form):
    name = forms.CharField(label="Naam", help_text="Voluit.")
    kind = forms.ChoiceField(label="Soort", choices=[("a", "A"), ("b", "B")])
    size = forms.ChoiceField(
        label="Maat", choices=[("s", "S"), ("l", "L")], widget=forms.RadioSelect
    )
    parts = forms.MultipleChoiceField(
        label="Delen", choices=[("x", "X")], widget=forms.CheckboxSelectMultiple
    )
    is_sure = forms.BooleanField(label="Zeker weten")
    secret = forms.CharField(widget=forms.HiddenInput)


def rendered(data: dict | None = None) -> str:
    form = Sample(data)
    form.helper = FormHelper()
    form.helper.add_input(Submit("save", "Bewaren"))
    return render_crispy_form(form, context={"csrf_token": "token"})


def test_every_field_has_its_label_and_hint() -> None:
    html = rendered()
    assert '<label class="lab" for="id_name">Naam</label>' in html
    assert 'id="id_name_helptext">Voluit.' in html
    assert re.search('<input[^>]*aria-describedby="id_name_helptext"', html)
    assert re.search(r'<select[^>]*class="[^"]*\binp\b', html)
    assert "<legend>Maat</legend>" in html
    assert "Delen" in html
    assert re.search('<label><input[^>]*name="is_sure"[^>]*>.*Zeker weten</span></label>', html)
    assert html.count('name="secret"') == 1
    assert '<button class="btn pri" type="submit" name="save">Bewaren</button>' in html
    assert 'name="csrfmiddlewaretoken" value="token"' in html
    assert 'role="alert"' not in html


def test_errors_stand_on_top_and_lead_to_their_fields() -> None:
    html = rendered({"name": "", "secret": "1"})
    summary, _, rest = html.partition("</ul>")
    assert re.findall('<a href="#([^"]+)">', summary) == [
        "id_name",
        "id_kind",
        "id_size_0",
        "id_parts_0",
        "id_is_sure",
    ]
    for target in ("id_name", "id_kind", "id_size_0", "id_parts_0", "id_is_sure"):
        assert f'id="{target}"' in rest
    for field in ("name", "kind", "size", "parts", "is_sure"):
        assert f'id="id_{field}_error"' in rest
