"""Menus of the filter: every division, service and sector of the firm stands above every figure.

Django renders two templates for each option of a menu, and reads its rows as often as somebody
asks for them. Here the options are one text, and the rows are read once for each form.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Menu(forms.Select):
    """Django's menu of which one is chosen, to the letter; without groups of options."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the menu as HTML. ``renderer`` is not used."""
        return format_html(
            '<select name="{}"{}>{}\n</select>',
            name,
            _attributes(self.build_attrs(self.attrs, attrs)),
            format_html_join(
                "",
                '\n  <option value="{}"{}>{}</option>\n',
                self._options(self.format_value(value)),
            ),
        )

    def _options(self, chosen: list[str]) -> Iterator[tuple[str, SafeString, Any]]:
        """Yield value, mark and label of each; of what is chosen more than once, the first."""
        is_found = False
        for option, label in self.choices:
            text = "" if option is None else str(option)
            is_chosen = not is_found and text in chosen
            is_found |= is_chosen
            yield text, _SELECTED if is_chosen else _NOTHING, label


_SELECTED, _NOTHING = SafeString(" selected"), SafeString("")


def _attributes(attrs: dict[str, Any]) -> SafeString:
    """Return attributes in their order; True is one without a value, False is none."""
    said = (
        format_html(" {}" if value is True else ' {}="{}"', name, value)
        for name, value in attrs.items()
        if value is not False
    )
    return SafeString("".join(said))


class ReadOnce(ModelChoiceIterator):  # type: ignore[type-arg]  # not at run time
    """The rows of a menu, read when first asked for, and at once: Django opens a cursor for them,
    which takes PostgreSQL three answers instead of one."""

    @cached_property
    def _read(self) -> list[tuple[Any, Any]]:
        empty = [] if self.field.empty_label is None else [("", self.field.empty_label)]
        return [*empty, *map(self.choice, self.queryset.all())]

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self._read)


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    """One row of a table, out of a menu of all."""

    widget = Menu
    iterator = ReadOnce

    @property
    def rows(self) -> list[Any]:
        """Every row that can be chosen, of the same reading as the menu."""
        choices: Any = self.widget.choices
        return [option.instance for option, _label in choices if option]
