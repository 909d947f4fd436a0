"""Documents of the lead office: yearly assessment, quarterly review, city and department sheets, inventory.

Each is composed from the tables that the reader may see; :mod:`~dafeng.report.official` and
:mod:`~dafeng.report.official_docx` give it its form; figures go into a workbook with formulas too.
"""

from dafeng.report.documents.case import DocumentCase, TaskTally
from dafeng.report.documents.inventory import compose_inventory
from dafeng.report.documents.quarterly import compose_quarterly
from dafeng.report.documents.sheets import compose_city, compose_department
from dafeng.report.documents.workbook import draw_document_workbook
from dafeng.report.documents.yearly import compose_yearly

__all__ = [
    "DocumentCase", "TaskTally", "compose_city", "compose_department", "compose_inventory",
    "compose_quarterly", "compose_yearly", "draw_document_workbook",
]  # fmt: skip
