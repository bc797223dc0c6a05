"""The pictures as pages show them: caption, name, marks that lead somewhere, the same figures as a
table, and nothing drawn of what is too little."""

import re
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from ambassadors.dashboard import pictures
from ambassadors.dashboard.pictures import Loss, Stage
from ambassadors.dashboard.statistics import Share

SCORES = [1, 0, 1, 2, 1, 4, 6, 14, 21, 18, 12]
PLACES = {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "points"}
VOID = {"rect", "line", "circle", "path", "polygon", "polyline"}


class Drawing(HTMLParser):
    """The elements of a rendered picture, and its text."""

    def __init__(self, template, picture, language="nl"):
        super().__init__()
        self.elements, self.text = [], ""
        with translation.override(language):
            self.html = render_to_string(
                f"dashboard/parts/{template}.html", {"picture": picture, "span": "w6"}
            )
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag, **wanted):
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]

    def marks(self, name):
        return [found for _tag, found in self.elements if name in found.get("class", "").split()]

    def coordinates(self):
        return [
            value
            for tag, attributes in self.elements
            if tag in VOID | {"text"}
            for key, value in attributes.items()
            if key in PLACES
        ]


def share(count, n=40):
    return Share(count=count, n=n)


def trend(shares, **words):
    periods = [(f"periode {number}", found) for number, found in enumerate(shares)]
    words.setdefault("addresses", [f"/p/{number}" for number, _found in enumerate(shares)])
    return pictures.trend(periods, name="Aandeel +", finding="Het stijgt", **words)


STAGES = [
    Stage(label="afgesloten", number=1400, address="/closed"),
    Stage(
        label="uitgenodigd",
        number=1000,
        losses=(Loss(label="te kort geleden", number=400, address="/recent"),),
    ),
    Stage(label="beantwoord", number=300),
]
ALL = {
    "histogram": pictures.histogram(SCORES, addresses=[f"/a/{answer}" for answer in range(11)]),
    "trend": trend([share(10), share(20), share(3, 5), share(30)]),
    "funnel": pictures.funnel(STAGES),
    "ladder": pictures.ladder(
        [("Start", share(36)), ("Halverwege", share(10)), ("Oplevering", share(12))]
    ),
}
NOTHING = {
    "histogram": pictures.histogram([0] * 11),
    "trend": trend([]),
    "funnel": pictures.funnel([]),
    "ladder": pictures.ladder([]),
}
TOO_FEW = {
    "histogram": pictures.histogram([0] * 9 + [4, 5]),
    "trend": trend([share(1, 9), share(2, 3)]),
    "ladder": pictures.ladder([("Start", share(9, 9))]),
}


@pytest.mark.parametrize("template", ALL)
def test_a_picture_has_caption_name_and_table(template):
    drawing = Drawing(template, ALL[template])
    assert len(drawing.all("figure")) == len(drawing.all("figcaption")) == 1
    assert ALL[template].finding in drawing.text
    named = [found for found in drawing.all("svg") if found.get("role")]
    assert named
    assert all(found["aria-label"] for found in named)
    assert len(drawing.all("details")) == len(drawing.all("table")) == 1


@pytest.mark.parametrize("template", ALL)
def test_coordinates_are_written_for_a_drawing_and_not_for_a_reader(template):
    drawing = Drawing(template, ALL[template])
    assert drawing.coordinates()
    for place in drawing.coordinates():
        assert re.fullmatch(r"\d+(\.\d+)?%?|(\d+\.\d+,\d+\.\d+ ?)+", place), place


@pytest.mark.parametrize("template", ALL)
def test_pictures_carry_no_style_and_no_identity_twice(template):
    drawing = Drawing(template, ALL[template])
    ids = re.findall(r' id="([^"]+)"', drawing.html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", drawing.html)) <= set(ids)
    assert "style=" not in drawing.html


@pytest.mark.parametrize("template", NOTHING)
def test_nothing_is_said_to_be_nothing(template):
    drawing = Drawing(template, NOTHING[template])
    assert NOTHING[template].finding in drawing.text
    assert not drawing.coordinates()
    assert drawing.marks("silent")


@pytest.mark.parametrize("template", TOO_FEW)
def test_too_few_is_not_drawn_and_no_share_is_said(template):
    drawing = Drawing(template, TOO_FEW[template])
    assert not drawing.marks("spot")
    assert not drawing.marks("pile")
    assert "%" not in drawing.text
    assert drawing.marks("silent")


def test_every_column_leads_to_its_list_and_is_named():
    links = Drawing("histogram", ALL["histogram"]).all("a")
    assert [link["href"] for link in links] == 2 * [f"/a/{answer}" for answer in range(11)]
    name = "Reacties met 8 op de schaal van 0 tot 10"
    assert links[8]["aria-label"] == f"{name}: 21 (26%)"
    assert links[11 + 8]["aria-label"] == name


def test_a_picture_without_lists_is_one_image():
    drawing = Drawing("histogram", pictures.histogram(SCORES))
    assert not drawing.all("a")
    assert not drawing.all("svg", role="group")


def test_a_histogram_tells_the_three_parts_apart_by_more_than_colour():
    columns = pictures.histogram(SCORES).columns
    assert [column.kind for column in columns] == ["minus"] * 7 + ["zero"] * 2 + ["plus"] * 2
    hatched = Drawing("histogram", pictures.histogram(SCORES)).all(
        "rect", fill="url(#scores-hatch)"
    )
    assert len(hatched) == 7 + 1  # and once in the key


def test_a_histogram_shows_its_references_only_beside_a_score():
    assert "Integron" in Drawing("histogram", ALL["histogram"]).text
    assert "Integron" not in Drawing("histogram", TOO_FEW["histogram"]).text


@pytest.mark.parametrize("addresses", [["/only-one"], ["/a"] * 12])
def test_addresses_that_do_not_fit_the_columns_are_refused(addresses):
    with pytest.raises(ValueError, match="zip"):
        pictures.histogram(SCORES, addresses=addresses)


def test_a_gap_in_a_trend_is_shown_and_explained():
    drawing = Drawing("trend", ALL["trend"])
    assert len(drawing.marks("spot")) == 3
    assert len(drawing.marks("gap")) == 1 + 1  # and once in the key
    assert "te weinig om iets over te zeggen" in drawing.text
    whole = Drawing("trend", trend([share(10), share(20)]))
    assert not whole.marks("gap")


def test_sixty_periods_lead_to_their_lists_from_the_table_only():
    drawing = Drawing("trend", trend([share(20)] * 60))
    assert len(drawing.marks("spot")) == len(drawing.all("a")) == 60
    assert not drawing.marks("hit")
    few = Drawing("trend", trend([share(20)] * 11))
    assert len(few.marks("hit")) == 11
    assert len(few.all("a")) == 22
    assert not Drawing("trend", trend([share(20)] * 12)).marks("hit")


def test_a_reference_in_a_trend_is_drawn_and_named():
    with_reference = trend([share(20)] * 3, reference=0.4, reference_label="eerste pilot: 40%")
    drawing = Drawing("trend", with_reference)
    assert drawing.marks("l-dash")
    assert "eerste pilot: 40%" in drawing.text
    assert not Drawing("trend", trend([share(20)] * 3)).marks("l-dash")


def test_a_funnel_says_what_was_lost_and_why():
    drawing = Drawing("funnel", ALL["funnel"])
    text = " ".join(drawing.text.split())
    assert "71% van de vorige stap" in text
    assert "400 niet: 400× te kort geleden" in text
    assert [link["href"] for link in drawing.all("a")] == ["/closed", "/recent"]
    assert len(drawing.marks("kept")) == 3
    assert len(drawing.marks("lost")) == 2


def test_a_funnel_of_nine_gives_numbers_and_no_share():
    nine = pictures.funnel([Stage(label="a", number=9), Stage(label="b", number=3)])
    assert [step.words for step in nine.steps] == ["", ""]
    assert [step.lost for step in nine.steps] == [0, 6]


def test_a_ladder_draws_a_fall_only_where_it_is_demonstrable():
    start, halfway, end = ALL["ladder"].rungs
    assert (start.before, start.change, start.has_fallen) == ("", "", False)
    assert halfway.has_fallen
    assert not end.has_fallen
    assert end.before == halfway.marks.dot
    drawing = Drawing("ladder", ALL["ladder"])
    assert len(drawing.marks("fall")) == 1
    assert len(drawing.marks("was")) == 2 + 1  # and once in the key
    assert not Drawing("ladder", pictures.ladder([("Start", share(36))])).marks("was")


def test_a_touchpoint_is_compared_with_the_last_one_that_has_enough():
    *_others, end = pictures.ladder(
        [("Start", share(36)), ("Halverwege", share(1, 3)), ("Oplevering", share(10))]
    ).rungs
    assert end.has_fallen
    assert end.before
