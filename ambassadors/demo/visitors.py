"""Simulated people with a browser: real HTTP to the running pages, forms filled in as served."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

_TIMEOUT = 20.0  # seconds for one request
_MAX_REDIRECTS = 5
Fields = list[tuple[str, str]]


class VisitError(Exception):
    """A page did not do what a visitor may expect; the text says which and how."""


@dataclass
class Form:
    """The first POST form of a page: where it goes, what it holds, and what it offers."""

    action: str = ""
    hidden: Fields = field(default_factory=list)
    offered: dict[str, list[str]] = field(default_factory=dict)


class _FormReader(HTMLParser):
    """Collects the fields of the first form that posts."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form is None and found.get("method", "").lower() == "post":
            self.form, self._inside = Form(action=found.get("action", "")), True
        elif self.form is not None and self._inside and found.get("name"):
            self._note(self.form, tag, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False

    def _note(self, form: Form, tag: str, found: dict[str, str]) -> None:
        if tag not in {"input", "textarea", "select", "button"}:
            return
        form.offered.setdefault(found["name"], []).append(found.get("value", ""))
        if tag == "input" and found.get("type") == "hidden":
            form.hidden.append((found["name"], found.get("value", "")))


@dataclass(frozen=True)
class Page:
    """What came back, after redirects."""

    path: str
    status: int
    body: str

    def form(self) -> Form:
        """Return the page's form. Raises VisitError when it has none."""
        reader = _FormReader()
        reader.feed(self.body)
        if reader.form is None:
            raise VisitError(f"{_shown(self.path)}: no form on the page")
        return reader.form


class Visitor:
    """One browser, with its cookies, at one site."""

    def __init__(self, site: str) -> None:
        parts = urlsplit(site)
        self._host, self._port = parts.hostname or "localhost", parts.port or 80
        self._site = site
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Page:
        """Open a page. Raises VisitError unless the answer, after redirects, is 200."""
        return self._go("GET", path, None)

    def submit(self, page: Page, fields: Fields) -> Page:
        """Send the form of ``page`` with ``fields`` filled in and its hidden fields as served.

        Raises VisitError when the form lacks one of the fields, and unless the answer is a
        redirect that leads to a page: a form that comes back with errors is a failure here.
        """
        form = page.form()
        for name, value in fields:
            offers = form.offered.get(name)
            if offers is None or (len(offers) > 1 and value not in offers):
                raise VisitError(f"{_shown(page.path)}: the form does not offer {name}={value}")
        action = urljoin(page.path, form.action)
        answer = self._go("POST", action, [*form.hidden, *fields])
        if urlsplit(answer.path).path == urlsplit(action).path:
            raise VisitError(f"{_shown(page.path)}: the form was not accepted")
        return answer

    def sign_in(self, email: str, password: str) -> None:
        """Sign in as a colleague would. Raises VisitError when that fails."""
        self.submit(self.get("/accounts/login/"), [("login", email), ("password", password)])

    def _go(self, method: str, path: str, fields: Fields | None) -> Page:
        for _hop in range(_MAX_REDIRECTS):
            status, location, body = self._exchange(method, path, fields)
            if status in {301, 302, 303}:
                method, path, fields = "GET", urldefrag(location).url, None
                continue
            if status != 200:
                raise VisitError(f"{method} {_shown(path)}: {status}")
            return Page(path=path, status=status, body=body)
        raise VisitError(f"{method} {_shown(path)}: too many redirects")

    def _exchange(self, method: str, path: str, fields: Fields | None) -> tuple[int, str, str]:
        """Send one request; return status, where it redirects to, and the body."""
        headers = {"Accept-Language": "nl"}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in self._cookies.items())
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = self._site
        connection = HTTPConnection(self._host, self._port, timeout=_TIMEOUT)
        try:
            content = urlencode(fields) if fields is not None else None
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie") or []:
                self._cookies.update({k: m.value for k, m in SimpleCookie(line).items()})
            location = urlsplit(response.headers.get("Location", ""))
            where = f"{location.path}?{location.query}" if location.query else location.path
            return response.status, where, response.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as error:
            raise VisitError(f"{method} {_shown(path)}: {error or type(error).__name__}") from error
        finally:
            connection.close()


def _shown(path: str) -> str:
    """Return ``path`` without a client's token."""
    return "/s/…/" if path.startswith("/s/") else path
