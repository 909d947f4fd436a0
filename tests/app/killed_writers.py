"""What the processes do that are killed: file, change, attach, step; or back up, again and again."""

from __future__ import annotations

import sys
from pathlib import Path

from dafeng.app.portal_backup import BackupWish, make_backup
from dafeng.app.register_attach import attach_file
from dafeng.app.register_book import BookRequest, open_book
from dafeng.app.register_edit import add_row, edit_row
from dafeng.app.register_steps import take_step


def file_rows(folder: Path, pack: str, registers: str) -> None:
    """File rows with what belongs to them until somebody ends the process; say how many are done."""
    request = BookRequest(
        pack, str(folder / "registers.sqlite"), "ann", attachments=folder / "files",
        register_folders=(Path(registers),),
    )  # fmt: skip
    with open_book(request) as book:
        for number in range(10_000):
            paper = folder / "paper.txt"
            paper.write_text(f"paper {number}", "utf-8")
            plant = {
                "code": f"K{number}", "kind": "new", "name": f"电站{number}", "maker": "M1", "city": "610100",
                "capacity_mw": 11.0, "cost": 1.0, "source": "s",
            }  # fmt: skip
            row = add_row(book, "plants", plant).row_ids[0]
            edit_row(book, "plants", row, {"capacity_mw": 12.0})
            attach_file(book, "plants", row, paper)
            take_step(book, "plants", row, "start")
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def back_up(folder: Path, pack: str, registers: str) -> None:
    """Back up until somebody ends the process."""
    request = BookRequest(
        pack, str(folder / "registers.sqlite"), "root", attachments=folder / "files",
        register_folders=(Path(registers),),
    )  # fmt: skip
    with open_book(request) as book:
        for number in range(10_000):
            make_backup(book, BackupWish(folder / "backup.dfb", folder / "out"))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    {"file": file_rows, "back_up": back_up}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3], sys.argv[4])
