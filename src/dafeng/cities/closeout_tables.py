"""The tables of a close-out: each row one target or body, each figure with its source mark and grade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dafeng.cities.notice_document import name_target, say_goal, say_outcome
from dafeng.document import DocumentTable
from dafeng.tracking.warning.hint import say_tenths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dafeng.cities.closeout import DueTarget, OutcomeCount
    from dafeng.cities.closeout_document import CloseoutCase
    from dafeng.cities.wording import Wording

Row = dict[str, Any]


def counts_table(
    captions: tuple[str, str], counts: Sequence[OutcomeCount], names: Mapping[str, str], wording: Wording,
    *, total: bool = False,
) -> DocumentTable:  # fmt: skip
    """Return how many targets of each group came out how.

    Parameters
    ----------
    captions : tuple of str
        Title of the table, name of its first column.
    counts : sequence of OutcomeCount
    names : mapping of str to str
        Group -> its name.
    wording : Wording
    total : bool
        Add a row of sums; only where no target counts twice.
    """
    title, first = captions
    rows = [(names[row.group], row.met, row.missed, row.unjudged, row.adjusted, row.total) for row in counts]
    if total:
        sums = [sum(int(row[place]) for row in rows) for place in range(1, 6)]
        rows.append((wording.say("column.total"), sums[0], sums[1], sums[2], sums[3], sums[4]))
    columns = ("met", "missed", "unjudged", "adjusted", "total")
    header = (first, *(wording.say(f"column.{name}") for name in columns))
    return DocumentTable(
        title, header, tuple(tuple(str(cell) for cell in row) for row in rows), (4, 1, 1.2, 1.5, 1.2, 1)
    )


def due_table(title: str, due: Sequence[DueTarget], case: CloseoutCase) -> DocumentTable:
    """Return targets with goal, outcome, evidence, source and grade."""
    wording = case.wording
    rows = tuple(
        (
            name_target(case.facts, each.target, wording),
            _goal(each.target, case),
            *_evidence(each.verdict, case),
            wording.term("verdict", each.verdict["verdict"]),
        )
        for each in due
    )
    names = ("target", "goal", "seen", "period", "grade", "source", "verdict")
    return DocumentTable(title, _header(names, wording), rows, (4, 3, 2.6, 1.6, 1, 1.4, 2))


def unjudged_table(title: str, due: Sequence[DueTarget], case: CloseoutCase) -> DocumentTable:
    """Return targets that cannot be judged: what is asked, what is published, why it does not settle it."""
    wording = case.wording
    rows = tuple(
        (
            name_target(case.facts, each.target, wording),
            _goal(each.target, case),
            *_evidence(each.verdict, case),
            wording.name(each.verdict, "why"),
        )
        for each in due
    )
    names = ("target", "goal", "seen", "period", "grade", "source", "why")
    return DocumentTable(title, _header(names, wording), rows, (3.6, 2.6, 2.2, 1.6, 0.9, 1.3, 4))


def adjusted_table(rows: Sequence[tuple[Row, Row, Row]], case: CloseoutCase) -> DocumentTable:
    """Return each replaced target beside the one in force, with the date and the reason of the change."""
    wording = case.wording
    cells = tuple(
        (
            f"{wording.name(old)}：{_goal(old, case)}",
            case.marks.mark(old["source_id"]),
            f"{wording.name(new)}：{_goal(new, case)}",
            case.marks.mark(link["source_id"]),
            link["date"] or "—",
            wording.name(link, "note") or "—",
        )
        for old, new, link in rows
    )
    names = ("old", "source", "in_force", "source", "date", "why")
    title = wording.say("closeout.table.adjusted")
    return DocumentTable(title, _header(names, wording), cells, (3, 1.2, 3, 1.2, 1.6, 4))


def outlook_table(targets: Sequence[Row], case: CloseoutCase) -> DocumentTable:
    """Return the targets of the next period with verdict, level and chance in natural frequencies."""
    wording, rows = case.wording, []
    for target in targets:
        verdict = case.facts.verdicts[target["target_id"]]
        warning = case.facts.warnings.get(target["target_id"], {})
        seen = say_outcome(case.facts, verdict, wording)
        if verdict["observed"] is not None:
            seen = f"{seen} {case.marks.mark(verdict['source_id'])}"
        rows.append(
            (
                wording.name(target), _goal(target, case), seen,
                wording.term("verdict", verdict["verdict"]),
                wording.term("warning_level", warning.get("level")) or "—", say_chance(warning, wording),
                wording.name(warning, "why") or wording.name(verdict, "why"),
            )
        )  # fmt: skip
    names = ("target", "goal", "seen", "verdict", "level", "likely", "why")
    title = wording.say("closeout.table.outlook")
    return DocumentTable(title, _header(names, wording), tuple(rows), (3, 2, 2.4, 1.6, 1.6, 1.8, 4))


def evaluation_table(results: Sequence[Row], case: CloseoutCase) -> DocumentTable:
    """Return the results by one rule pack as they stand; what is blocked or without figures stays empty."""
    wording = case.wording
    rows = tuple(
        (
            wording.name(row), wording.term("evaluation_outcome", row["outcome"]), _say_points(row, wording),
            wording.term("evaluation_grade", row["grade_name"]) or "—", str(row["rank"] or "—"),
            wording.name(row, "why"),
        )
        for row in results
    )  # fmt: skip
    names = ("unit_name", "outcome", "points", "grade_name", "rank", "why")
    told = {"rules": name_rules(case, results[0]["rule_pack"]), "year": results[0]["year"]}
    title = wording.say("closeout.table.evaluation", version=results[0]["version"], **told)
    return DocumentTable(title, _header(names, wording), rows, (3, 2.4, 1.8, 1.4, 1, 5))


def name_rules(case: CloseoutCase, rule_pack: str) -> str:
    """Return the name of the document behind a rule pack; its id where the rules are not at hand."""
    row = case.facts.by_key("evaluation.rules", "rule_pack").get(rule_pack)
    return case.wording.name(row, "document") if row else rule_pack


def _say_points(row: Row, wording: Wording) -> str:
    """Return points of the points judged; a dash where nothing was judged."""
    if row["points"] is None:
        return "—"
    return f"{wording.amount(row['points'], '1')}/{wording.amount(row['points_judged'], '1')}"


def say_chance(warning: Mapping[str, Any], wording: Wording) -> str:
    """Return the chance by trend in words of natural frequency; never a number of three digits."""
    chance = warning.get("p_met")
    if chance is None:
        return wording.say("closeout.chance_none")
    widest = warning.get("p_met_high", chance)
    strict, wide = (_say_tenths(share, wording) for share in (chance, chance if widest is None else widest))
    key = "closeout.chance" if strict == wide else "closeout.chance_range"
    return wording.say(key, frequency=strict, widest=wide)


def _say_tenths(chance: float, wording: Wording) -> str:
    return say_tenths(chance)[0].replace(" ", "") if wording.language == "zh" else say_tenths(chance)[1]


def _evidence(verdict: Row, case: CloseoutCase) -> tuple[str, str, str, str]:
    """Return figure, period, grade and source of what a verdict rests on."""
    seen = say_outcome(case.facts, verdict, case.wording)
    return (
        seen,
        case.wording.period(verdict["period"]),
        verdict["grade"] or "—",
        case.marks.mark(verdict["source_id"]),
    )


def _goal(target: Row, case: CloseoutCase) -> str:
    """Return the goal with the source of the document that sets it."""
    given = case.facts.assigned.get(target["target_id"])
    goal = say_goal(case.facts, target, case.wording)
    return f"{goal} {case.marks.mark((given or target)['source_id'])}"


def _header(names: Sequence[str], wording: Wording) -> tuple[str, ...]:
    return tuple(wording.say(f"column.{name}") for name in names)
