"""What the invented clients say. Deterministic: the same clients give the same answers.

The mix is that of a firm that does well without being loved by everybody: about four in ten
answer (PRODUCT, reference figures), of whom a third are +, half are 0 and one in seven is –.
"""

from dataclasses import dataclass
from random import Random

ANSWERING = 0.40
POSITIVE = 0.35
NEGATIVE = 0.15


@dataclass(frozen=True)
class Voice:
    """One client's answers; ``wants`` is how many of the offered services they tick."""

    satisfaction: str
    recommendation: str
    motivation: str = ""
    wants: int = 0


_MORE, _SATISFIED, _NOT = "more_than_satisfied", "satisfied", "dissatisfied"

UNHAPPY_AND_LONG = Voice(
    _NOT,
    "no",
    "Ik heb lang getwijfeld of ik dit zou opschrijven, maar u vraagt er zelf om. De eerste versie "
    "van het rapport kwam zes weken later dan afgesproken, zonder dat iemand ons vooraf belde. In "
    "die tijd is de projectleider twee keer gewisseld en moesten wij het verhaal van onze "
    "gemeenteraad steeds opnieuw uitleggen. De berekeningen klopten uiteindelijk wel, maar de "
    "samenvatting was voor bestuurders niet te lezen en die hebben wij zelf herschreven.\n\n"
    "Wat mij het meest stoort is het meerwerk. Voor drie extra overleggen kregen wij een rekening "
    "van ruim vierduizend euro, terwijl die overleggen nodig waren omdat de planning bij u "
    "uitliep. Op mijn mail daarover heb ik na drie weken nog geen antwoord. Inhoudelijk kan uw "
    "bureau dit werk heel goed, dat weten wij van eerdere jaren. Juist daarom valt dit zo tegen. "
    "Ik wil hier graag met iemand over praten die er ook iets aan kan doen.",
)

_POSITIVE = (
    Voice(_MORE, "yes", "Zeer tevreden. Jullie dachten mee voordat wij het vroegen.", 1),
    Voice(
        _MORE,
        "yes",
        "Het team sprak de taal van onze wethouder én van onze beheerders. De avond met bewoners "
        "is daardoor heel anders verlopen dan wij vreesden.",
        2,
    ),
    Voice(_MORE, "yes", "Op tijd, binnen budget en met een helder verhaal. Zo hoort het."),
    Voice(
        _MORE,
        "not_allowed",
        "Uitstekend werk, vooral de manier waarop de kosten van de varianten naast elkaar zijn "
        "gezet. Aanbevelen mag ik als ambtenaar niet, maar intern vertel ik het door.",
        1,
    ),
    Voice(
        _MORE,
        "yes",
        "De adviseur belde zelf toen er een risico in de planning kwam en had de oplossing al bij "
        "zich. Dat maken wij zelden mee.",
    ),
    Voice(_MORE, "yes", "Prettige samenwerking, korte lijnen, goed rapport.", 1),
    Voice(_MORE, "yes"),
    Voice(
        _MORE,
        "yes",
        "De tekeningen waren in één keer goed; onze aannemer kon direct aan de slag. Geef dat "
        "vooral door aan de tekenaars, die hoor je nooit.",
    ),
    Voice(_MORE, "not_allowed", "Deskundig en betrokken. Volgend jaar graag weer."),
    Voice(
        _MORE,
        "yes",
        "Wij hebben met drie bureaus gewerkt aan dit gebied. Dit is het enige dat vroeg wat wij "
        "er na oplevering mee gingen doen.",
        2,
    ),
    Voice(_MORE, "yes", "Complimenten voor de omgevingsmanager, die was goud waard."),
)

_NEUTRAL = (
    Voice(_SATISFIED, "maybe", "Prima werk, de oplevering had iets vlotter gemogen."),
    Voice(_SATISFIED, "yes", "Gedaan wat is afgesproken.", 1),
    Voice(_SATISFIED, "maybe"),
    Voice(
        _MORE,
        "maybe",
        "Goed rapport. Of ik u aanbeveel hangt af van de prijs bij een volgende opdracht.",
    ),
    Voice(_SATISFIED, "not_allowed", "Degelijk. In mijn functie doe ik geen aanbevelingen."),
    Voice(_SATISFIED, "yes", "", 1),
    Voice(
        _SATISFIED, "maybe", "Inhoudelijk sterk, in de communicatie moesten wij vaak zelf bellen."
    ),
    Voice(_SATISFIED, "yes", "Goede samenwerking met de projectleider."),
    Voice(_MORE, "no", "Met het resultaat ben ik erg blij. Aanbevelen doe ik nooit, uit principe."),
    Voice(_SATISFIED, "maybe", "Het werk is goed. Het rapport mag de helft korter.", 1),
    Voice(_SATISFIED, "not_allowed"),
    Voice(_SATISFIED, "maybe", "Naar behoren."),
    Voice(
        _SATISFIED,
        "maybe",
        "Twee wisselingen in het team was jammer, de overdracht ging wel netjes.",
    ),
    Voice(_SATISFIED, "yes", "Netjes afgerond, fijne contactpersoon."),
    Voice(_SATISFIED, "maybe", "", 1),
)

_NEGATIVE = (
    Voice(
        _NOT,
        "yes",
        "De relatie is goed en dat blijft zo, maar dit project liep niet: de planning is drie keer "
        "verschoven en wij hoorden het telkens als laatste.",
    ),
    Voice(
        _SATISFIED, "no", "Het eindresultaat klopt, maar de facturen niet. Dat kost ons veel tijd."
    ),
    Voice(
        _NOT,
        "maybe",
        "Het advies was te algemeen. Wij hadden gehoopt op keuzes, wij kregen een overzicht van "
        "mogelijkheden.",
    ),
    Voice(
        _NOT,
        "not_allowed",
        "Afspraken uit het startoverleg zijn niet terug te vinden in het ontwerp.",
    ),
    Voice(_NOT, "no"),
)

_ENGLISH = {
    "positive": Voice(
        _MORE, "yes", "Clear advice, honest about the risks, and delivered a week early.", 1
    ),
    "neutral": Voice(
        _SATISFIED, "maybe", "Solid work. An English summary from the start would have helped us."
    ),
    "negative": Voice(
        _NOT, "maybe", "The report arrived in Dutch only, although we had agreed on English."
    ),
}


# One client phones: the answer was about another bureau. Reopened, it becomes this one.
WHY_ANEW = "De klant belde: het antwoord ging over een ander bureau."
ANEW = Voice(
    _MORE,
    "yes",
    "Mijn vorige antwoord ging per ongeluk over een ander bureau. Met uw werk ben ik juist erg "
    "blij: de planning klopte tot op de dag.",
)


def plan(languages: list[str], random: Random) -> list[Voice]:
    """Return one voice per answering client, in the order of ``languages`` (codes).

    The first is the unhappy one with the long story, the second is positive: whoever puts the
    same account manager's clients first gives that person both kinds of alert.
    """
    count = len(languages)
    positive, negative = round(count * POSITIVE), round(count * NEGATIVE)
    kinds = ["positive"] * (positive - 1) + ["negative"] * (negative - 1)
    kinds += ["neutral"] * (count - 2 - len(kinds))
    random.shuffle(kinds)
    turns = {"positive": 1, "neutral": 0, "negative": 0}
    voices = {"positive": _POSITIVE, "neutral": _NEUTRAL, "negative": _NEGATIVE}
    planned = [UNHAPPY_AND_LONG, _POSITIVE[0]]
    for kind, language in zip(kinds, languages[2:], strict=True):
        if language == "en":
            planned.append(_ENGLISH[kind])
            continue
        planned.append(voices[kind][turns[kind] % len(voices[kind])])
        turns[kind] += 1
    return planned
