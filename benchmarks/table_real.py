"""Tables on real pages of the data folder, written down by hand from the text layers of the documents.

Runs in: parent. Data only. Boxes are in pixels at Galley's scale of PDF pages (144 dpi).
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.table_truth import Truth, truth_from_rows


@dataclass(frozen=True, slots=True)
class RealTable:
    """One table and where it is."""

    document: str
    page: int
    """From 0."""
    box: tuple[int, int, int, int]
    truth: Truth
    head_rows: int = 1


_MANUAL = "redp5110_sampled.pdf"
_USAGES = [
    ("SET CURRENT DEGREE (SQL statement)", "x x  "),
    ("CHGQRYA command targeting a different user's job", "x x  "),
    ("STRDBMON or ENDDBMON commands targeting a different user's job", "x x  "),
    ("STRDBMON or ENDDBMON commands targeting a job that matches the current user", "x xxx"),
    ("QUSRJOBI() API format 900 or System i Navigator's SQL Details for Job", "x xx "),
    ("Visual Explain within Run SQL scripts", "x xxx"),
    ("Visual Explain outside of Run SQL scripts", "x x  "),
    ("ANALYZE PLAN CACHE procedure", "x x  "),
    ("DUMP PLAN CACHE procedure", "x x  "),
    ("MODIFY PLAN CACHE procedure", "x x  "),
    ("MODIFY PLAN CACHE PROPERTIES procedure (currently does not check authority)", "x x  "),
    ("CHANGE PLAN CACHE SIZE procedure (currently does not check authority)", "x x  "),
]
_VARIABLES = [
    ("CLIENT_HOST", "VARCHAR(255)", "Host name of the current client as returned by the system"),
    ("CLIENT_IPADDR", "VARCHAR(128)", "IP address of the current client as returned by the system"),
    ("CLIENT_PORT", "INTEGER", "Port used by the current client to communicate with the server"),
    ("PACKAGE_NAME", "VARCHAR(128)", "Name of the currently running package"),
    ("PACKAGE_SCHEMA", "VARCHAR(128)", "Schema name of the currently running package"),
    ("PACKAGE_VERSION", "VARCHAR(64)", "Version identifier of the currently running package"),
    ("ROUTINE_SCHEMA", "VARCHAR(128)", "Schema name of the currently running routine"),
    ("ROUTINE_SPECIFIC_NAME", "VARCHAR(128)", "Name of the currently running routine"),
    ("ROUTINE_TYPE", "CHAR(1)", "Type of the currently running routine"),
]
_GROUPS = (
    "Persons with disabilities",
    "Children",
    "Women",
    "The elderly",
    "Migrants",
    "Refugees, asylum seekers, or stateless persons",
    "Internally displaced persons",
)

REAL_TABLES: tuple[RealTable, ...] = (
    RealTable(
        "2305.03393v1-pg9.pdf",
        0,
        (269, 673, 960, 948),
        truth_from_rows(
            [
                [
                    ("# enc-layers", 2, 1),
                    ("# dec-layers", 2, 1),
                    ("Language", 2, 1),
                    ("TEDs", 1, 3),
                    ("mAP (0.75)", 2, 1),
                    ("Inference time (secs)", 2, 1),
                ],
                ["simple", "complex", "all"],
                [("6", 2, 1), ("6", 2, 1), "OTSL", "0.965", "0.934", "0.955", "0.88", "2.73"],
                ["HTML", "0.969", "0.927", "0.955", "0.857", "5.39"],
                [("4", 2, 1), ("4", 2, 1), "OTSL", "0.938", "0.904", "0.927", "0.853", "1.97"],
                ["HTML", "0.952", "0.909", "0.938", "0.843", "3.77"],
                [("2", 2, 1), ("4", 2, 1), "OTSL", "0.923", "0.897", "0.915", "0.859", "1.91"],
                ["HTML", "0.945", "0.901", "0.931", "0.834", "3.81"],
                [("4", 2, 1), ("2", 2, 1), "OTSL", "0.952", "0.92", "0.942", "0.857", "1.22"],
                ["HTML", "0.944", "0.903", "0.931", "0.824", "2"],
            ]
        ),
        head_rows=2,
    ),
    RealTable(
        _MANUAL,
        7,
        (265, 577, 1106, 891),
        truth_from_rows(
            [
                ["Column name", "Data type", "Description"],
                ["FUNCTION_ID", "VARCHAR(30)", "ID of the function."],
                [
                    "USER_NAME",
                    "VARCHAR(10)",
                    "Name of the user profile that has a usage setting for this function.",
                ],
                [
                    "USAGE",
                    "VARCHAR(7)",
                    "Usage setting: ► ALLOWED: The user profile is allowed to use the function. "
                    "► DENIED: The user profile is not allowed to use the function.",
                ],
                [
                    "USER_TYPE",
                    "VARCHAR(5)",
                    "Type of user profile: ► USER: The user profile is a user. ► GROUP: The user profile is a group.",
                ],
            ]
        ),
    ),
    RealTable(
        _MANUAL,
        8,
        (125, 775, 1102, 1449),
        truth_from_rows(
            [
                ["User action", "*JOBCTL", "QIBM_DB_SECADM", "QIBM_DB_SQLADM", "QIBM_DB_SYSMON", "No Authority"],
                *([action, *(mark.strip().upper() for mark in marks)] for action, marks in _USAGES),
            ]
        ),
    ),
    RealTable(
        _MANUAL,
        10,
        (265, 205, 1104, 415),
        truth_from_rows(
            [
                ["Special register", "Corresponding value"],
                ["USER or SESSION_USER", "The effective user of the thread excluding adopted authority."],
                [
                    "CURRENT_USER",
                    "The effective user of the thread including adopted authority. When no adopted authority is "
                    "present, this has the same value as USER.",
                ],
                ["SYSTEM_USER", "The authorization ID that initiated the connection."],
            ]
        ),
    ),
    RealTable(
        _MANUAL,
        11,
        (119, 203, 1105, 597),
        truth_from_rows([["Global variable", "Type", "Description"], *_VARIABLES]),
    ),
    RealTable(
        "table_mislabeled_as_picture.pdf",
        0,
        (1540, 1110, 2330, 1435),
        truth_from_rows([["", "State funded legal aid", "CSOs"], *([f"• {group}", "☐", "☐"] for group in _GROUPS)]),
    ),
)

MANUALS = (_MANUAL, "multi_page.pdf", "table_mislabeled_as_picture.pdf")
"""Documents whose pages are searched for what is no table: listings, lists of bullets, forms."""
