"""Files that wait for a confirmation belong to their sender and do not pile up."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from dafeng.app.register_staging import KEPT_S, MOST_STAGED, drop_staged, find_staged, stage_file
from dafeng.errors import InputRefused

if TYPE_CHECKING:
    from dafeng.app.portal import Portal


def test_a_staged_file_is_its_senders_alone(portal: Portal) -> None:
    book = portal.book_of("city")
    staged = stage_file(book, "../../填报.xlsx", b"content")
    assert staged.path.name == "填报.xlsx"
    assert portal.public.attachments in staged.path.parents
    assert find_staged(book, staged.token).path.read_bytes() == b"content"
    for other, token in ((portal.book_of("city2"), staged.token), (book, "../" + staged.token), (book, "")):
        with pytest.raises(InputRefused) as caught:
            find_staged(other, token)
        assert caught.value.findings[0].code == "row_staged_unknown"
    drop_staged(portal.book_of("city2"), staged.token)
    assert find_staged(book, staged.token)
    drop_staged(book, staged.token)
    with pytest.raises(InputRefused):
        find_staged(book, staged.token)


def test_old_files_and_too_many_go(portal: Portal) -> None:
    book = portal.book_of("city")
    first = stage_file(book, "a.csv", b"1")
    past = time.time() - KEPT_S - 10
    os.utime(first.path, (past, past))
    with pytest.raises(InputRefused):
        find_staged(book, first.token)
    for _ in range(MOST_STAGED + 3):
        last = stage_file(book, "b.csv", b"2")
    assert len(list(last.path.parent.parent.iterdir())) == MOST_STAGED
    assert find_staged(book, last.token)
