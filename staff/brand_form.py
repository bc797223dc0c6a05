"""What administrators fill in of the firm's branding."""

import base64
import binascii
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.branding import Look
from staff.contrast import LIGHT_PAPERS, NEEDED, for_light, is_colour, is_readable, lowest_ratio
from staff.logo import MOST_BYTES, Fault, Logo, LogoError
from staff.logo_upload import clean_logo

_MOST_LINES = 5

_REFUSALS = {
    Fault.TOO_BIG: gettext_lazy("This file is larger than 1 MB. Save the logo smaller, or as SVG."),
    Fault.UNREADABLE: gettext_lazy(
        "This is no SVG or PNG that can be read. Export the logo again as SVG or PNG."
    ),
    Fault.ENTITIES: gettext_lazy(
        "This SVG defines entities, which we do not read. Export the logo again as plain SVG."
    ),
    Fault.NO_SIZE: gettext_lazy(
        "This SVG does not say how large it is. "
        "Export it with a viewBox, or with width and height in pixels."
    ),
    Fault.TOO_COMPLEX: gettext_lazy(
        "This drawing is too complicated to show to clients. "
        "Export an SVG with fewer parts, or a PNG of at most 2,000 by 2,000 pixels."
    ),
    Fault.EMPTY: gettext_lazy(
        "This SVG holds no lines, shapes or letters that we may show. "
        "If it holds a photograph, export the logo as PNG."
    ),
    Fault.SHAPE: gettext_lazy(
        "The logo is too long or too high. "
        "It may be fifteen times as wide as high, or three times as high as wide."
    ),
    Fault.TOO_HEAVY: gettext_lazy(
        "The logo is too heavy for the page that clients open on their phone: "
        "at most 4 kB compressed. Choose one with fewer lines or colours."
    ),
}


class BrandForm(forms.Form):
    """Name, logo, accent and signature; ``stored`` is how the firm looks now.

    ``look`` returns what was filled in, as far as it is right. A logo that came along with
    something that is not right yet, or with a look at the example, travels in ``kept``: browsers
    do not fill in a file again.
    """

    name = forms.CharField(
        label=gettext_lazy("Name of the firm"),
        help_text=gettext_lazy("As clients know it. Empty: the name in the settings."),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy(
            "SVG or PNG. On the page both show; mail programs draw no SVG, so with an SVG the "
            "mail shows the name in letters."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".svg,.png,image/svg+xml,image/png"}),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)
    accent = forms.CharField(
        label=gettext_lazy("Accent colour"),
        help_text=gettext_lazy(
            "For your name and the rule on top, such as #0a5c8a. Empty: ink. "
            "Buttons and answers keep their own colours."
        ),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        help_text=gettext_lazy("Below every mail and page: your address, at most five lines."),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kept = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40_000)

    def __init__(self, data: QueryDict | None, files: Any, *, stored: Look) -> None:
        initial = {
            "name": stored.own_name,
            "accent": stored.accent,
            "signature": stored.signature,
        }
        super().__init__(data, files, initial=initial)
        self._stored, self._logo = stored, stored.logo
        self.nearest = ""  # the readable colour to offer instead of the one that is not
        if not (stored.logo or (data and data.get("kept"))):
            del self.fields["remove_logo"]

    def clean_name(self) -> str:
        """Return the name on one line."""
        return _one_line(str(self.cleaned_data["name"]))

    def clean_logo(self) -> Logo | None:
        """Return the uploaded logo, safe and small; None without one."""
        upload: UploadedFile[Any] | None = self.cleaned_data["logo"]
        if upload is None:
            return None
        try:
            if (upload.size or 0) > MOST_BYTES:
                raise LogoError(Fault.TOO_BIG)
            return clean_logo(upload.read())
        except LogoError as error:
            raise forms.ValidationError(_REFUSALS[error.fault]) from error

    def clean_accent(self) -> str:
        """Return the colour as ``#rrggbb``; refuse what cannot be read, with what could."""
        colour = str(self.cleaned_data["accent"]).strip().lower().removeprefix("#")
        if not colour:
            return ""
        colour = "#" + ("".join(part * 2 for part in colour) if len(colour) == 3 else colour)
        if not is_colour(colour):
            raise forms.ValidationError(_("Write a colour as # and six characters: #0a5c8a."))
        if is_readable(colour):
            return colour
        self.nearest = for_light(colour)
        raise forms.ValidationError(
            _(
                "Text in %(colour)s is hard to read: its contrast with the paper is %(ratio)s, and "
                "%(needed)s is needed. The nearest colour that can be read is %(nearest)s."
            ),
            params={
                "colour": colour,
                "ratio": number_format(lowest_ratio(colour, LIGHT_PAPERS), 1),
                "needed": number_format(NEEDED, 1),
                "nearest": self.nearest,
            },
        )

    def clean_signature(self) -> str:
        """Return the lines that say something, without what no line can show."""
        lines = str(self.cleaned_data["signature"]).splitlines()
        said = [line for line in map(_one_line, lines) if line]
        if len(said) > _MOST_LINES:
            raise forms.ValidationError(_("Write at most five lines."))
        return "\n".join(said)

    def clean(self) -> dict[str, Any]:
        """Decide which logo it is: the new one, none, the one on its way, or the stored one."""
        cleaned: dict[str, Any] = super().clean() or {}
        if uploaded := cleaned.get("logo"):
            self._logo = uploaded
        elif cleaned.get("remove_logo"):
            self._logo = None
        elif kept := cleaned.get("kept"):
            self._logo = _unpacked(kept) or self._logo
        is_new = self._logo is not None and self._logo != self._stored.logo
        posted = cast("QueryDict", self.data).copy()
        posted["kept"] = _packed(self._logo) if self._logo and is_new else ""
        self.data = posted
        return cleaned

    def look(self) -> Look:
        """Return the look that is filled in; what is not right is as it was."""
        right = {**self.initial, **getattr(self, "cleaned_data", {})}
        return Look(
            own_name=right["name"],
            logo=self._logo,
            accent=right["accent"],
            signature=right["signature"],
        )


def _one_line(text: str) -> str:
    """Return ``text`` with single spaces, without characters that no line can show."""
    return "".join(filter(str.isprintable, " ".join(text.split())))


def _packed(logo: Logo) -> str:
    return base64.b64encode(logo.data).decode("ascii")


def _unpacked(kept: str) -> Logo | None:
    """Return the logo in ``kept``. It was in a browser: it is cleaned like any other."""
    try:
        return clean_logo(base64.b64decode(kept, validate=True))
    except (binascii.Error, ValueError):  # LogoError too
        return None
