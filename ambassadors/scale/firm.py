"""The firm that is made up: its divisions and people, its clients and their contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from django.db import transaction

from ambassadors.scale.bulk import Table, follow_sequences
from staff.models import Division, User
from surveys.models import Client, Contact, Sector, Service

DIVISIONS, CONTACTS, CONTACTS_OF_A_CLIENT = 40, 200_000, 4
_FIELDS = ("Water", "Mobiliteit", "Bouw", "Energie", "Milieu", "Ondergrond", "Data", "Recht")
_REGIONS = ("Noord", "Oost", "Zuid", "West", "Internationaal")
_SERVICES = (
    ("Advies", "Advice"),
    ("Ontwerp", "Design"),
    ("Onderzoek", "Research"),
    ("Vergunningen", "Permits"),
    ("Projectmanagement", "Project management"),
    ("Directievoering", "Construction supervision"),
    ("Beheer en onderhoud", "Asset management"),
    ("Kostenraming", "Cost estimates"),
    ("Omgevingsmanagement", "Stakeholder management"),
    ("Contractering", "Contracts"),
    ("Inspectie", "Inspection"),
    ("Opleiding", "Training"),
)
_SECTORS = ("Gemeenten", "Provincies", "Rijk", "Waterschappen", "Industrie", "Zorg", "Onderwijs")
_KINDS = ("Gemeente", "Waterschap", "Stichting", "Woningcorporatie", "Provincie", "Coöperatie")
_PLACES = ("Zandhoek", "Lisserdam", "Oudevaart", "Nieuwveen", "Berkelo", "Westergouw", "Hoogland")
_FIRST = "Anneke Bram Chantal Daan Els Fatima Gerrit Hanneke Ivo José Karima Lars Mees Noor".split()
_LAST = "de Vries|Jansen|van den Berg|Bakker|Yılmaz|el Amrani|ter Horst|Visser|O’Brien".split("|")
_JOBS = ("Programmamanager", "Hoofd Openbare Werken", "Inkoopadviseur", "Directeur", "Beheerder")
_MANAGERS_OF_A_DIVISION = 11


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A division with its account managers, and how its work compares to that of the others."""

    pk: int
    number: int  # the first is 0, whatever its key
    managers: list[int]
    supervisor: int
    quality: float  # added to the chance of a +; between -0.12 and 0.12
    services: list[int]


@dataclass(kw_only=True)
class Person:
    """A contact. ``mood`` stays with somebody; ``asked_on`` is when they were asked last."""

    pk: int
    email: str
    mood: float
    opted_out_on: date | None
    bounced_on: date | None
    asked_on: date = date.min


@dataclass(frozen=True, kw_only=True)
class Account:
    """A client with its contacts; ``weight`` says how much work it gives."""

    pk: int
    sector: int
    unit: Unit
    people: list[Person]
    weight: float


@dataclass(frozen=True, kw_only=True)
class Firm:
    """Everybody who can appear in a project."""

    units: list[Unit]
    accounts: list[Account]
    management: int


def make_firm(
    random: Random, *, divisions: int, contacts: int, first_day: date, today: date, now: datetime
) -> Firm:
    """Store a firm of ``divisions`` and the clients of ``contacts`` people, and return it."""
    with transaction.atomic():
        management = _manager()
        units = _make_units(random, divisions, management, now)
        sectors = [Sector.objects.create(name=name).pk for name in _SECTORS]
        accounts = _make_accounts(random, contacts, units, sectors, (first_day, today))
    return Firm(units=units, accounts=accounts, management=management)


def _manager() -> int:
    user: User = User.objects.create_user(
        "directie@waterkant.example", name="Ingrid Mulder", is_management=True
    )
    return int(user.pk)


def _make_units(random: Random, number: int, management: int, now: datetime) -> list[Unit]:
    services = [Service.objects.create(name=name, name_en=en).pk for name, en in _SERVICES]
    users, units = Table(User), []
    for place in range(number):
        rounds = place // (len(_FIELDS) * len(_REGIONS))
        name = f"{_FIELDS[place % len(_FIELDS)]} {_REGIONS[place // len(_FIELDS) % len(_REGIONS)]}"
        division = Division.objects.create(name=name if not rounds else f"{name} {rounds + 1}")
        supervisor = _add_user(users, random, division.pk, management, now)
        managers = [
            _add_user(users, random, division.pk, supervisor, now)
            for _manager in range(_MANAGERS_OF_A_DIVISION)
        ]
        units.append(
            Unit(
                pk=division.pk,
                number=place,
                managers=managers,
                supervisor=supervisor,
                quality=random.uniform(-0.12, 0.12),
                services=random.sample(services, 5),
            )
        )
    users.write()
    follow_sequences([users])
    return units


def _add_user(users: Table, random: Random, division: int, supervisor: int, now: datetime) -> int:
    name = f"{random.choice(_FIRST)} {random.choice(_LAST)}"
    return users.add(
        email=f"medewerker{division}-{len(users)}@waterkant.example",
        password="!",  # noqa: S106  (Django's mark of an account that cannot sign in)
        name=name,
        division_id=division,
        supervisor_id=supervisor,
        joined_at=now,
    )


def _make_accounts(
    random: Random,
    number: int,
    units: Sequence[Unit],
    sectors: Sequence[int],
    days: tuple[date, date],
) -> list[Account]:
    clients, contacts, accounts = Table(Client), Table(Contact), []
    for place in range(-(-number // CONTACTS_OF_A_CLIENT)):
        name = f"{random.choice(_KINDS)} {random.choice(_PLACES)} {place + 1}"
        client = clients.add(name=name)
        size = min(CONTACTS_OF_A_CLIENT, number - place * CONTACTS_OF_A_CLIENT)
        people = [_add_person(contacts, random, client, one, days) for one in range(size)]
        accounts.append(
            Account(
                pk=client,
                sector=random.choice(sectors),
                unit=random.choice(units),
                people=people,
                weight=random.lognormvariate(0, 0.35),
            )
        )
    clients.write()
    contacts.write()
    follow_sequences([clients, contacts])
    return accounts


def _add_person(
    contacts: Table, random: Random, client: int, number: int, days: tuple[date, date]
) -> Person:
    email = f"c{client}.{number}@opdrachtgever.example"
    opted_out_on = _some_day(random, days) if random.random() < 0.02 else None
    bounced_on = _some_day(random, days) if random.random() < 0.03 else None
    pk = contacts.add(
        client_id=client,
        name=f"{random.choice(_FIRST)} {random.choice(_LAST)}",
        email=email,
        phone=f"+316{random.randrange(10**7, 10**8)}",
        job_title=random.choice(_JOBS),
        language="nl" if random.random() < 0.9 else "en",
        details_as_of=days[0],
        opted_out_at=_noon(opted_out_on),
        bounced_at=_noon(bounced_on),
    )
    return Person(
        pk=pk,
        email=email,
        mood=random.gauss(0, 0.08),
        opted_out_on=opted_out_on,
        bounced_on=bounced_on,
    )


def _some_day(random: Random, days: tuple[date, date]) -> date:
    return days[0] + timedelta(days=random.randrange((days[1] - days[0]).days))


def _noon(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(12), tzinfo=UTC)
