"""The filter above the dashboard. All of it stands in the address and holds for the whole page."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Lower
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ambassadors.dashboard.menus import Menu, RowField
from ambassadors.dashboard.periods import Compare, Period, Span, other_span, span
from ambassadors.rollup.reading import JOURNEY
from ambassadors.rollup.scope import Band, Scope
from staff.models import Division, User
from staff.roles import signed_in
from staff.wording import day
from staff.works_council import may_compare_persons
from surveys.models import Client, Project, Questionnaire, Sector, Service, Touchpoint

PERIOD = ("period", "first", "last")
# What else narrows the page down, in the order of the chips.
PARTS = (
    "touchpoint",
    "questionnaire",
    "division",
    "service",
    "sector",
    "band",
    "client",
    "manager",
)
CLIENTS_SHOWN = 8  # among which to choose, when more answer to what was typed
# Twice as long before the first year there still are days, to compare with.
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_LONGEST_KEY = 18  # digits: what any database takes for a number
_CLOSE = JOURNEY.index(Touchpoint.PROJECT_CLOSE)
_BANDS = (Band.SMALL, Band.MEDIUM, Band.LARGE, Band.LARGEST, Band.UNKNOWN)


class DateInput(forms.DateInput):
    """A browser's own date picker; its value is always year-month-day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        """Return nothing for what is no date: a browser's date picker cannot show it anyway."""
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            return None


class DayField(forms.DateField):
    """A day from which one can reckon: what no calendar of a firm holds is no date here.

    Nothing else knows how near the first and the last day of all are, and there the day before, the
    year before and midnight are none.
    """

    widget = DateInput

    def to_python(self, value: Any) -> date | None:
        """Return the day, or None for nothing."""
        found = super().to_python(value)
        if found is not None and not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class QuestionnaireField(RowField):
    """Every version that was ever in use, with its touchpoint, its scale and since when."""

    def label_from_instance(self, obj: Any) -> str:
        """Return ``Aftercare, version 2 (0 to 10, since 12 Nov)``."""
        since = timezone.localdate(obj.activated_at)
        return gettext("%(touchpoint)s, version %(version)s (%(scale)s, since %(day)s)") % {
            "touchpoint": capfirst(obj.get_touchpoint_display()),
            "version": obj.version,
            "scale": obj.get_scale_display(),
            "day": day(since, today=timezone.localdate()),
        }


class FilterForm(forms.Form):
    """Period, and a part of the firm. Empty is: the last 12 months, everything.

    Dates that are filled in win over a preset. A period that is wrong is replaced by the last 12
    months; any other filter that is wrong, or names what is gone, does not filter.
    """

    period = forms.ChoiceField(label=_("Period"), choices=Period.choices, widget=Menu)
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("Up to and including"), required=False)
    compare = forms.ChoiceField(
        label=_("Compare with"),
        choices=[
            ("", capfirst(pgettext_lazy("compare with", "nothing"))),
            *((other.value, capfirst(other.label)) for other in Compare),
        ],
        required=False,
        widget=Menu,
    )
    touchpoint = forms.ChoiceField(
        label=_("Touchpoint"),
        choices=[
            # Names are of every touchpoint, unless one is asked for.
            ("", capfirst(Touchpoint.PROJECT_CLOSE.label)),
            *((moment.value, capfirst(moment.label)) for moment in JOURNEY[:_CLOSE]),
            (Touchpoint.PROJECT_CLOSE.value, _("Project close only")),
            *((moment.value, capfirst(moment.label)) for moment in JOURNEY[_CLOSE + 1 :]),
        ],
        required=False,
        widget=Menu,
    )
    questionnaire = QuestionnaireField(
        Questionnaire.objects.filter(activated_at__isnull=False),
        label=_("Questionnaire"),
        required=False,
        empty_label=_("All questionnaires"),
    )
    division = RowField(
        Division.objects.all(), label=_("Division"), required=False, empty_label=_("All divisions")
    )
    service = RowField(
        Service.objects.all(), label=_("Service"), required=False, empty_label=_("All services")
    )
    sector = RowField(
        Sector.objects.all(), label=_("Sector"), required=False, empty_label=_("All sectors")
    )
    band = forms.TypedChoiceField(
        label=_("Project value"),
        choices=[("", _("All values")), *((band.value, capfirst(band.label)) for band in _BANDS)],
        required=False,
        widget=Menu,
        coerce=lambda value: Band(int(value)),
        empty_value=None,
    )
    client = forms.CharField(label=_("Client"), required=False, max_length=200)
    manager = RowField(
        User.objects.filter(Exists(Project.objects.filter(account_manager=OuterRef("pk")))),
        label=_("Account manager"),
        required=False,
        empty_label=_("All account managers"),
    )

    def __init__(self, data: QueryDict, *, user: User) -> None:
        """``data`` is the address's query; what it leaves out is filled in, so that it shows."""
        data = data.copy()
        if data.get("first") or data.get("last"):
            data["period"] = Period.OWN
        elif not data.get("period"):
            data["period"] = Period.MONTHS_12
        super().__init__(data)
        self.clients: list[Client] = []  # whom the typed text may mean, when that is not one
        self.is_manager_ignored = False
        if not may_compare_persons(user):
            del self.fields["manager"]
            self.is_manager_ignored = bool(data.get("manager"))
        for field in self.fields.values():
            field.widget.attrs["class"] = "inp"
        self.fields["client"].widget.attrs.update(type="search", autocomplete="off")

    def clean_client(self) -> Client | None:
        """Return the client with this key or name; else whose name alone holds what was typed."""
        text = str(self.cleaned_data["client"] or "").strip()
        if not text:
            return None
        found = self._called(text)
        if found is None:
            holding = Client.objects.filter(name__icontains=text)
            several = list(holding.order_by("name")[: CLIENTS_SHOWN + 1])
            if len(several) != 1:
                self.clients = several
                raise forms.ValidationError(_which(several))
            found = several[0]
        self.data["client"] = found.name  # type: ignore[index]  # our copy; people read names
        return found

    def _called(self, text: str) -> Client | None:
        # As the index of the names has it.
        lowered = Client.objects.annotate(lowered=Lower("name"))
        named: Client | None = lowered.filter(lowered=Lower(Value(text))).first()
        if named is None and text.isdecimal() and len(text) <= _LONGEST_KEY:
            named = Client.objects.filter(pk=int(text)).first()
        return named

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, and an own period without any date."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The first day is after the last day."))
        has_dates = first or last or self.has_error("first") or self.has_error("last")
        if cleaned.get("period") == Period.OWN and not has_dates:
            self.add_error("first", _("Fill in a first or a last day."))
        asked, moment = cleaned.get("questionnaire"), cleaned.get("touchpoint")
        if asked and moment and asked.touchpoint != moment:
            self.add_error("touchpoint", _("This questionnaire is of another touchpoint."))
        return cleaned

    @property
    def has_wrong_period(self) -> bool:
        """Whether the period cannot be, so that the last 12 months are shown."""
        return any(name in self.errors for name in PERIOD)

    @property
    def left_out(self) -> list[str]:
        """The labels of the filters that are wrong or name what is gone, so that none filters."""
        return [str(self[name].label) for name in self.errors if name not in (*PERIOD, "__all__")]

    @property
    def compared_with(self) -> str:
        """What the page is to be compared with; "" is nothing."""
        self.is_valid()  # cleans, if nobody has
        return str(self.cleaned_data.get("compare") or "")

    def rows(self, name: str) -> list[Any]:
        """Return what the menu ``name`` offers: all divisions, for one. Read once."""
        field: Any = self.fields[name]
        rows: list[Any] = field.rows
        return rows

    def _span(self, today: date) -> Span:
        if self.has_wrong_period:
            return span(Period.MONTHS_12, today)
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return (first, last) if first or last else span(self.cleaned_data["period"], today)

    def scope(self, *, today: date) -> Scope:
        """Return what was asked for, without what is wrong in it."""
        first, last = self._span(today)
        given = self.cleaned_data
        touchpoint = given.get("touchpoint")
        return Scope(
            first=first,
            last=last,
            touchpoint=Touchpoint(touchpoint) if touchpoint else None,
            questionnaire=given.get("questionnaire"),
            division=given.get("division"),
            service=given.get("service"),
            sector=given.get("sector"),
            account_manager=given.get("manager"),
            client=given.get("client"),
            band=given.get("band"),
        )


def asked_for(request: HttpRequest, *, now: datetime) -> tuple[FilterForm, Scope]:
    """Return the filter of the page's address and what it asks for: the same on every page."""
    form = FilterForm(request.GET, user=signed_in(request))
    return form, form.scope(today=timezone.localdate(now))


def compared_scope(form: FilterForm, scope: Scope, *, now: datetime) -> Scope | None:
    """Return the same part of the firm in the period to compare with; None if there is none."""
    last = scope.last or timezone.localdate(now)
    first, last_of_other = other_span(form.compared_with, scope.first, last)
    return scope.during(first, last_of_other) if first else None


def _which(several: list[Client]) -> str:
    if not several:
        return gettext("No client is called this.")
    return gettext("Several clients are called this. Choose one, or type more of the name.")
