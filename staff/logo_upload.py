"""Make a logo of whatever was uploaded, or refuse it."""

from staff.logo import MOST_BYTES, MOST_ON_THE_PAGE, Fault, Logo, LogoError
from staff.logo_png import SIGNATURE, clean_png
from staff.logo_svg import clean_svg


def clean_logo(data: bytes) -> Logo:
    """Return the logo in ``data``, judged by its content whatever its name says.

    Safe to draw anywhere, and light enough for the client's page. Raises LogoError. What it
    returned once comes back as it is.
    """
    if len(data) > MOST_BYTES:
        raise LogoError(Fault.TOO_BIG)
    logo = clean_png(data) if data.startswith(SIGNATURE) else clean_svg(data)
    if logo.weight > MOST_ON_THE_PAGE:
        raise LogoError(Fault.TOO_HEAVY)
    return logo
