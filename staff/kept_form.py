"""Under which name somebody keeps a view."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staff.kept import VIEW_NAME_MAX


class ViewNameForm(forms.Form):
    """Under which name a view is kept."""

    name = forms.CharField(
        label=_("Name of the view"),
        max_length=VIEW_NAME_MAX,
        widget=forms.TextInput(attrs={"class": "inp", "autocomplete": "off"}),
        error_messages={"required": _("Give the view a name.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "view_%s")
        super().__init__(*args, **kwargs)
