"""Who a firm is: unified social credit code, older numbers, and what of its name tells it apart."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from dafeng.errors import Finding, Place

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Signs of a unified social credit code: digits and letters without I, O, S, V, Z (GB 32100-2015, 4.2)."""
WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
"""Weights of the check sign: 3^(i-1) mod 31 (GB 32100-2015, annex A)."""
_SHAPE = rf"^[1-9ANY][1-9][0-9]{{6}}[{ALPHABET}]{{10}}$"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_JOINTS = re.compile(r"[\s\-－—_.·]+")

UsccProblem = Literal["", "length", "signs", "check", "old_registration", "organisation_code"]
"""Nothing; another length; signs that cannot stand there; wrong check sign; the 15 digits of an old business
licence; the 9 signs of an old organisation code."""


def compact_uscc(text: str) -> str:
    """Return a code in half-width capitals without blanks and hyphens.

    Examples
    --------
    >>> compact_uscc("９１000001 ma0grt8q3")
    '91000001MA0GRT8Q3'
    """
    return _JOINTS.sub("", unicodedata.normalize("NFKC", text)).upper()


def compact_usccs(texts: pl.Series) -> pl.Series:
    """Return codes as :func:`compact_uscc`; null stays null."""
    plain = texts.cast(pl.String).str.normalize("NFKC").str.replace_all(_JOINTS.pattern, "")
    return plain.str.to_uppercase()


def check_uscc(text: str) -> UsccProblem:
    """Return what is wrong with a unified social credit code; nothing for a good one.

    Parameters
    ----------
    text : str
        As written; blanks, hyphens and full-width signs are taken away first.

    Returns
    -------
    str
        :data:`UsccProblem`.

    Notes
    -----
    GB 32100-2015: sign 1 names the registering body (digits, ``A``, ``N`` and ``Y``), sign 2 the kind of
    body, signs 3-8 the division, 9-17 the organisation code (GB 11714), 18 is 31 minus the weighted sum
    modulo 31. An old registration number has 15 digits, the last by ISO 7064 MOD 11,10.

    Examples
    --------
    >>> check_uscc("91000001MA0GRT8Q3B"), check_uscc("91000001MA0GRT8Q3A")
    ('', 'check')
    """
    return check_usccs(pl.Series([text]))[0]  # type: ignore[no-any-return]


def check_usccs(texts: pl.Series) -> pl.Series:
    """Return for every code what is wrong with it, as :func:`check_uscc`; null for a missing one.

    Parameters
    ----------
    texts : polars.Series
        Codes as written.
    """
    compact = compact_usccs(texts)
    lengths = compact.str.len_chars()
    shaped = compact.str.contains(_SHAPE)
    good = np.zeros(len(texts), dtype=bool)
    chosen = shaped.fill_null(value=False).to_numpy()
    if chosen.any():
        good[chosen] = _has_good_sign(compact.filter(shaped.fill_null(value=False)))
    frame = pl.DataFrame({"code": compact, "length": lengths, "shaped": shaped, "good": good})
    code = pl.col("code")
    return frame.select(
        pl.when(code.is_null()).then(None)
        .when(pl.col("good")).then(pl.lit(""))
        .when(pl.col("shaped")).then(pl.lit("check"))
        .when(pl.col("length") == 18).then(pl.lit("signs"))
        .when((pl.col("length") == 15) & code.map_elements(_is_old_registration, pl.Boolean))
        .then(pl.lit("old_registration"))
        .when((pl.col("length") == 9) & code.map_elements(_is_organisation_code, pl.Boolean))
        .then(pl.lit("organisation_code"))
        .otherwise(pl.lit("length"))
        .alias("problem")
    )["problem"]  # fmt: skip


def find_bad_usccs(texts: pl.Series, rows: pl.Series, place: Place) -> list[Finding]:
    """Return a finding for every bad code.

    Parameters
    ----------
    texts : polars.Series
        Codes as written.
    rows : polars.Series
        Row of each in its sheet.
    place : Place
        File, sheet and column.
    """
    problems = check_usccs(texts)
    bad = (problems != "").fill_null(value=False)
    return [
        uscc_finding(problem, text, Place(place.file, place.sheet, row, place.column))
        for problem, text, row in zip(problems.filter(bad), texts.filter(bad), rows.filter(bad), strict=True)
    ]


def uscc_finding(problem: str, text: str, place: Place) -> Finding:
    """Return the finding of a bad code.

    Parameters
    ----------
    problem : str
        What :func:`check_uscc` said; not empty.
    text : str
        The code as written.
    place : Place
        Where it stands.
    """
    compact = compact_uscc(text)
    if problem == "old_registration":
        return Finding("row_uscc_old_registration", place, {"value": text})
    if problem == "organisation_code":
        return Finding("row_uscc_organisation", place, {"value": text})
    if problem == "check":
        return Finding("row_uscc_check", place, {"value": text, "expected": check_sign(compact)})
    if problem == "signs":
        return Finding("row_uscc_signs", place, {"value": text})
    return Finding("row_uscc_length", place, {"value": text, "length": len(compact)})


def check_sign(compact: str) -> str:
    """Return the check sign that belongs to the first 17 signs of a code.

    Examples
    --------
    >>> check_sign("91000001MA0GRT8Q3")
    'B'
    """
    values = np.array([ALPHABET.index(sign) for sign in compact[:17]])
    return ALPHABET[int((31 - (values * WEIGHTS).sum() % 31) % 31)]


def normalise_firm_name(text: str) -> str:
    """Return the name of a firm without width, case, brackets, blanks and legal form.

    Two equal results are a reason to look, never a proof: 某甲集团有限公司 and 某甲有限公司 may be two.

    Parameters
    ----------
    text : str
        Name as written.

    Examples
    --------
    >>> normalise_firm_name("某地某某（集团） 有限责任公司")
    '某地某某'
    >>> normalise_firm_name("某地某某集团有限公司")
    '某地某某'
    """
    return str(normalise_firm_names(pl.Series([text]))[0])


def normalise_firm_names(names: pl.Series) -> pl.Series:
    """Return names as :func:`normalise_firm_name`; null stays null.

    A branch keeps its own name: only the words of legal form are taken away, wherever a part of the name
    ends with them (甲有限公司某地分公司 becomes 甲某地分公司).

    Parameters
    ----------
    names : polars.Series
        Names as written.
    """
    plain = names.cast(pl.String).str.normalize("NFKC").str.to_lowercase()
    bare = plain.str.replace_all(r"[\s\p{P}\p{S}]+", "")
    stripped = bare.str.replace_all(r"分公司", "\u0001").str.replace_all(r"子公司", "\u0002")
    stripped = stripped.str.replace_all(_forms_pattern(), "")
    stripped = stripped.str.replace_all("\u0001", "分公司").str.replace_all("\u0002", "子公司")
    table = pl.DataFrame({"bare": bare, "stripped": stripped})
    return table.select(
        pl.when(pl.col("stripped").str.len_chars() == 0)
        .then(pl.col("bare"))
        .otherwise(pl.col("stripped"))
        .alias(names.name)
    ).to_series()


@cache
def legal_forms() -> tuple[str, ...]:
    """Return the words of legal form, longest first, without brackets, points and blanks."""
    text = files("dafeng.register").joinpath("legal_forms.csv").read_text("utf-8")
    forms = {
        re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", row["form"]).lower())
        for row in csv.DictReader(text.splitlines())
    }
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _forms_pattern() -> str:
    chinese = [form for form in legal_forms() if not form.isascii()]
    english = [form for form in legal_forms() if form.isascii()]
    return f"(?:{'|'.join(chinese)})+|(?:{'|'.join(english)})+$"


def _has_good_sign(codes: pl.Series) -> NDArray[np.bool_]:
    """Return whether the last sign of well-formed codes is the right one."""
    signs = np.frombuffer("".join(codes).encode("ascii"), dtype=np.uint8).reshape(-1, 18)
    value = np.zeros(128, dtype=np.int64)
    value[np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)] = np.arange(31)
    numbers = value[signs]
    wanted: NDArray[np.int64] = (31 - (numbers[:, :17] * WEIGHTS).sum(axis=1) % 31) % 31
    return np.asarray(numbers[:, 17] == wanted)


def _is_old_registration(code: str) -> bool:
    from stdnum.iso7064 import mod_11_10  # noqa: PLC0415 - only odd codes need it

    return len(code) == 15 and code.isdigit() and bool(mod_11_10.is_valid(code))


def _is_organisation_code(code: str) -> bool:
    """Return whether nine signs are an organisation code (GB 11714: eight signs and a check sign)."""
    if len(code) != 9 or not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return False
    values = [int(sign) if sign.isdigit() else ord(sign) - 55 for sign in code[:8]]
    rest = 11 - sum(v * w for v, w in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return code[8] == {10: "X", 11: "0"}.get(rest, str(rest))
