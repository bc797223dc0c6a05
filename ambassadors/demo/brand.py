"""How the invented firm looks: a wave over a quay, its own blue, its address."""

from staff.branding import Look, save_brand
from staff.logo_upload import clean_logo

ACCENT = "#0b5e75"
SIGNATURE = "Waterkant Advies B.V.\nKadeplein 1, 2711 AB Zoetermeer · 079 555 0100"
_LOGO = f"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 162 44">
<g fill="none" stroke="{ACCENT}" stroke-linecap="round" stroke-width="3.6">
<path d="M4 14c6-9 12-9 18 0s12 9 18 0"/>
<path d="M4 25c6-9 12-9 18 0s12 9 18 0" stroke-opacity=".6"/>
<path d="M3 37h38" stroke="#10141f" stroke-linecap="butt"/>
</g>
<g fill="#10141f" font-family="Charter,Cambria,Georgia,serif">
<text x="52" y="23" font-size="23" textLength="106">Waterkant</text>
<text x="53" y="38.5" font-size="13" fill="{ACCENT}" letter-spacing="3">ADVIES</text>
</g>
</svg>
"""


def dress() -> None:
    """Give the demo's firm its own look, through the same cleaning as an upload."""
    logo = clean_logo(_LOGO.encode())
    save_brand(Look(logo=logo, accent=ACCENT, signature=SIGNATURE), actor=None)
