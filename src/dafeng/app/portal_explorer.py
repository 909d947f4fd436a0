"""The pathway explorer: an answer at once on a few common futures, more of them in the background.

The foundation is laid once, in the background. A scenario is answered with the first :data:`FIRST` futures of
the common sequence; one thread then adds futures and wedges, the newest scenario first, and makes way while
somebody waits for a first answer. What waits is bounded: the oldest is dropped, and asked for again by the
page that shows it.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import OrderedDict
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dafeng.app.accounts_stage import guideline_inventory
from dafeng.app.clock import parse_day
from dafeng.app.pathway_engine import lay_foundation, resolve_all
from dafeng.app.portal_scenario_answer import answer_scenario, divide_reduction, key_of, ready_ground
from dafeng.app.portal_wish import list_dials, make_scenario
from dafeng.app.register_book import judge, require
from dafeng.app.stages import RunContext
from dafeng.errors import InputRefused, Interrupted
from dafeng.job import Job
from dafeng.provenance import hash_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from dafeng.app.portal import Portal
    from dafeng.app.portal_scenario_answer import Answer, Ground
    from dafeng.app.portal_wish import Dials, Wish
    from dafeng.app.register_book import Book
    from dafeng.job import Progress
    from dafeng.pack import Pack
    from dafeng.scenario import Scenario

COMPUTE, SCENARIOS = "compute", "scenarios"
FIRST = 256
"""Futures of an answer that somebody waits for."""
STEPS = ((1024, 16), (4096, 64))
"""Futures, and futures of the wedges, of the answers that the background makes one after the other."""
MOST_KEPT = 300
"""Answers that are kept; the longest unused one goes first."""
MOST_WAITING = 32
"""Scenarios that wait for more futures."""
MOST_AT_ONCE = 2
"""First answers that are computed at the same time."""
MAKE_WAY_S = 10.0
"""How long the background waits for first answers at most before it goes on. [s]"""
MOST_EXPLORERS = 3
_log = logging.getLogger(__name__)


class Explorer:
    """Answers on the scenarios of one pack on one day; safe for many threads.

    Parameters
    ----------
    pack : Pack
    as_of : date
        Day whose knowledge counts.
    accept_findings : bool
        Compute in spite of implausible values of the accounts.
    """

    def __init__(self, pack: Pack, as_of: date, *, accept_findings: bool) -> None:
        """Begin to lay the foundation."""
        self._pack, self._as_of, self._accept = pack, as_of, accept_findings
        self._laid: Future[tuple[Ground, Dials]] = Future()
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._waiting: OrderedDict[str, Scenario] = OrderedDict()
        self._wanted_by: dict[str, str] = {}
        self._under_way: tuple[str, Job] | None = None
        self._urgent, self._closed = 0, False
        self._changed = threading.Condition()
        self._gate = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._thread = threading.Thread(target=self._work, name="dafeng-explorer", daemon=True)
        self._thread.start()

    def is_laid(self, wait_s: float = 0.0) -> bool:
        """Return whether the foundation is laid or was refused, after waiting for a time. [s]"""
        try:
            self._laid.exception(wait_s)
        except TimeoutError:
            return False
        return True

    def ground(self) -> tuple[Ground, Dials]:
        """Return the foundation and what can be turned; wait until it is laid.

        Raises
        ------
        InputRefused
            What keeps the pack from being computed.
        """
        return self._laid.result()

    def answer(self, scenario: Scenario, asker: str = "") -> Answer:
        """Return the best answer that there is, else one on the first futures; go on in the background.

        Parameters
        ----------
        scenario : Scenario
            Resolved.
        asker : str
            Who asks; what he asked before waits no longer.

        Raises
        ------
        InputRefused
            What the scenario asks that the pack cannot give.
        """
        key = key_of(scenario)
        known = self._recall(key)
        if known is None:
            with self._gate, self._ahead():
                known = self._recall(key)
                if known is None:
                    known = answer_scenario(self.ground()[0], scenario, FIRST)
                    self._keep(key, known)
        if not self.is_final(known):
            self._want(key, scenario, asker)
        return known

    def is_final(self, answer: Answer) -> bool:
        """Return whether nothing will be added to an answer."""
        return answer.rounds >= len(STEPS)

    def close(self) -> None:
        """Stop the background."""
        with self._changed:
            self._closed = True
            if self._under_way:
                self._under_way[1].cancelled.set()
            self._changed.notify_all()
        self._thread.join(MAKE_WAY_S)

    def _recall(self, key: str) -> Answer | None:
        with self._changed:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def _keep(self, key: str, answer: Answer) -> None:
        with self._changed:
            known = self._answers.get(key)
            if known is None or known.rounds <= answer.rounds:
                self._answers[key] = answer
                self._answers.move_to_end(key)
            while len(self._answers) > MOST_KEPT:
                self._answers.popitem(last=False)

    @contextmanager
    def _ahead(self) -> Iterator[None]:
        """Let the background wait while a first answer is computed."""
        with self._changed:
            self._urgent += 1
        try:
            yield
        finally:
            with self._changed:
                self._urgent -= 1
                self._changed.notify_all()

    def _want(self, key: str, scenario: Scenario, asker: str) -> None:
        """Put a scenario before all that wait; what the same asker wanted before is given up."""
        with self._changed:
            before = self._wanted_by.get(asker) if asker else None
            if asker:
                self._wanted_by[asker] = key
            if before not in {None, key} and before not in self._wanted_by.values():
                self._waiting.pop(str(before), None)
                if self._under_way and self._under_way[0] == before:
                    self._under_way[1].cancelled.set()
            if not (self._under_way and self._under_way[0] == key):
                self._waiting[key] = scenario
                self._waiting.move_to_end(key)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            if len(self._wanted_by) > MOST_KEPT:
                self._wanted_by.clear()
            self._changed.notify_all()

    def _work(self) -> None:
        """Lay the foundation, then refine what is wanted until closed."""
        try:
            self._laid.set_result(self._lay())
        except BaseException as error:  # noqa: BLE001 - whoever asks is told
            self._laid.set_exception(error)
            return
        while (task := self._next_task()) is not None:
            key, scenario, job = task
            try:
                self._refine(key, scenario, job)
            except (Interrupted, InputRefused):
                pass
            except Exception:  # noqa: BLE001 - the next scenario must not suffer
                _log.exception("explorer_failed")
            finally:
                with self._changed:
                    self._under_way = None

    def _lay(self) -> tuple[Ground, Dials]:
        context = RunContext(self._pack, self._as_of, self._accept)
        scenarios = resolve_all(self._pack)
        if not scenarios:
            raise InputRefused.of("scenario_unknown", name="-", known="-")
        foundation = lay_foundation(
            self._pack, self._as_of, guideline_inventory(context).lines, accept_findings=self._accept
        )
        dials = list_dials(foundation, scenarios)
        ground = ready_ground(foundation, scenarios[dials.default()])
        with self._changed:
            for scenario in reversed(scenarios.values()):
                self._waiting[key_of(scenario)] = scenario
        return ground, dials

    def _next_task(self) -> tuple[str, Scenario, Job] | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            key, scenario = self._waiting.popitem()
            job = Job(self._make_way)
            self._under_way = key, job
            return key, scenario, job

    def _refine(self, key: str, scenario: Scenario, job: Job) -> None:
        ground = self.ground()[0]
        for round_, (draws, wedge_draws) in enumerate(STEPS, start=1):
            known = self._recall(key)
            if known is not None and known.rounds >= round_:
                continue
            made = answer_scenario(ground, scenario, draws, job)
            if known is not None:
                made = replace(made, wedges=known.wedges, wedge_totals=known.wedge_totals)
            self._keep(key, replace(made, rounds=round_ - 1))
            parts = divide_reduction(ground, scenario, wedge_draws, job)
            if parts is not None:
                made = replace(made, wedges=parts[0], wedge_totals=parts[1])
            self._keep(key, replace(made, rounds=round_))

    def _make_way(self, _progress: Progress) -> None:
        """Wait while somebody waits for a first answer."""
        with self._changed:
            self._changed.wait_for(lambda: not self._urgent or self._closed, MAKE_WAY_S)


_explorers: OrderedDict[str, Explorer] = OrderedDict()
_explorers_lock = threading.Lock()


def explorer_of(portal: Portal) -> Explorer:
    """Return the explorer of the pack of a portal on the day of its results, else of today; begun if needed.

    Parameters
    ----------
    portal : Portal
    """
    edition = portal.data.edition()
    as_of = edition.manifest.as_of if edition else portal.now()[:10]
    named = repr((sorted(portal.pack.hashes.items()), as_of, edition is not None))
    key = hash_bytes(named.encode())
    with _explorers_lock:
        if key not in _explorers:
            _explorers[key] = Explorer(
                portal.pack, parse_day(as_of), accept_findings=edition is not None
            )  # what the run let pass
        _explorers.move_to_end(key)
        found = _explorers[key]
        old = [_explorers.popitem(last=False)[1] for _ in range(len(_explorers) - MOST_EXPLORERS)]
    for one in old:
        one.close()
    return found


def may_explore(book: Book) -> bool:
    """Return whether the actor may have scenarios computed."""
    return judge(book, COMPUTE, SCENARIOS).allowed


def require_explorer(portal: Portal, book: Book) -> Explorer:
    """Return the explorer for an actor who may use it.

    Raises
    ------
    InputRefused
        ``access_refused``.
    """
    require(book, COMPUTE, SCENARIOS)
    return explorer_of(portal)


def explore(portal: Portal, book: Book, wish: Wish) -> tuple[Answer, dict[str, Answer]]:
    """Return the answer on a wish, and those on the scenarios beside it and the one that it changes.

    Parameters
    ----------
    portal : Portal
    book : Book
        The actor must be allowed to have scenarios computed.
    wish : Wish

    Raises
    ------
    InputRefused
        ``access_refused``; what keeps the pack or the scenario from being computed.
    """
    explorer = require_explorer(portal, book)
    dials = explorer.ground()[1]
    own = explorer.answer(make_scenario(wish, dials), book.actor)
    names = dict.fromkeys((*([wish.scenario] if wish.changed else []), *wish.beside))
    return own, {name: explorer.answer(dials.scenarios[name]) for name in names}


@atexit.register
def _close_explorers() -> None:
    """Stop the background before the interpreter goes."""
    for one in _explorers.values():
        one.close()
