"""Stable names of what can be wrong or worth telling. Programs rely on them; people read words."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why a line is faulty."""

    MISSING = "missing"
    ACCOUNT_MANAGER_MISSING = "account_manager_missing"
    INVALID_EMAIL = "invalid_email"
    NOT_A_DATE = "not_a_date"
    NO_SUCH_DAY = "no_such_day"
    SHORT_YEAR = "short_year"
    YEAR_OUT_OF_RANGE = "year_out_of_range"
    NOT_AN_AMOUNT = "not_an_amount"
    NEGATIVE_AMOUNT = "negative_amount"
    TOO_MANY_DECIMALS = "too_many_decimals"
    AMOUNT_TOO_LARGE = "amount_too_large"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_LANGUAGE = "unknown_language"
    UNKNOWN_STATE = "unknown_state"
    TOO_LONG = "too_long"
    UNREADABLE_CHARACTER = "unreadable_character"
    SPREADSHEET_ERROR = "spreadsheet_error"
    BROKEN_QUOTES = "broken_quotes"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_FEW_CELLS = "too_few_cells"
    END_BEFORE_START = "end_before_start"
    CLOSED_WITHOUT_END = "closed_without_end"
    OWN_SUPERVISOR = "own_supervisor"
    DUPLICATE_CONTACT = "duplicate_contact"
    CONTRADICTION = "contradiction"
    USER_OTHER_NAME = "user_other_name"
    CONTACT_OTHER_NAME = "contact_other_name"
    CONTACT_OTHER_CLIENT = "contact_other_client"
    CONTACT_STORED_ELSEWHERE = "contact_stored_elsewhere"
    PROJECT_STORED_ELSEWHERE = "project_stored_elsewhere"
    CONTACT_TOO_LATE = "contact_too_late"
    REOPENED = "reopened"


class Remark(StrEnum):
    """What a person should know about lines that were good, or about the file."""

    ENCODING = "encoding"
    UNKNOWN_COLUMN = "unknown_column"
    OTHER_SHEETS = "other_sheets"
    SLASHES_DAY_FIRST = "slashes_day_first"
    SLASHES_MONTH_FIRST = "slashes_month_first"
    SLASHES_MIXED = "slashes_mixed"
    PHONE_KEPT = "phone_kept"
    CLOSES_LATER = "closes_later"
    CONTACT_DETAILS_DIFFER = "contact_details_differ"
    CONTACT_DETAILS_OLDER = "contact_details_older"
    SUPERVISOR_DIFFERS = "supervisor_differs"
    SUPERVISOR_CHANGED = "supervisor_changed"
    USER_NAME_KEPT = "user_name_kept"
    USER_PHONES_DIFFER = "user_phones_differ"
    USER_PHONE_KEPT = "user_phone_kept"


class FileCode(StrEnum):
    """Why a file cannot be imported at all."""

    NOT_FOUND = "not_found"
    NOT_OPENED = "not_opened"
    EMPTY = "empty"
    OLD_EXCEL = "old_excel"
    BROKEN_EXCEL = "broken_excel"
    UNKNOWN_ENCODING = "unknown_encoding"
    HEADINGS_UNREADABLE = "headings_unreadable"
    COLUMNS_MISSING = "columns_missing"
    HEADING_TWICE = "heading_twice"
    NO_LINES = "no_lines"
    CHANGED_MEANWHILE = "changed_meanwhile"


class CellError(ValueError):
    """A cell does not mean exactly one thing. ``details`` fill the words of ``code``."""

    def __init__(self, code: Code, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class ImportFileError(Exception):
    """The file as a whole cannot be imported; nothing of it was written."""

    def __init__(self, code: FileCode, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
