"""Lists of the firm, read into rows: one validated pass over the file, then one that writes."""

from surveys.importers.project_list import import_project_list, newest_closing_on
from surveys.importers.reading import ImportFileError
from surveys.importers.report import ImportReport

__all__ = ["ImportFileError", "ImportReport", "import_project_list", "newest_closing_on"]
