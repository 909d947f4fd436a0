"""What the processes of the tests do; each of them opens the database for itself."""

from __future__ import annotations

import sys
import time

from tests.store.database.made_rows import head, made_frame, made_register

from dafeng.errors import InputRefused
from dafeng.register.changes import Change
from dafeng.store.database import insert_frame, open_database, read_rows, write_batch


def count_up(url: str, name: str, row_ids: list[str], times: int) -> int:
    """Read a row, add one, write it; begin anew where somebody was faster. Return how often that was."""
    register, lost = made_register(), 0
    with open_database(url) as database:
        for number in range(times):
            row_id = row_ids[number % len(row_ids)]
            while True:
                row = read_rows(database, register, row_ids=[row_id]).row(0, named=True)
                change = Change("update", row_id, row["version"], {"staff": row["staff"] + 1, "remark": name})
                try:
                    write_batch(database, register, head(actor=name), [change])
                except InputRefused as error:
                    if [one.code for one in error.findings] != ["row_changed"]:
                        raise
                    lost += 1
                else:
                    break
    return lost


def import_and_wait(url: str, rows: int, stop_at: int) -> None:
    """Import rows; when so many steps are done, say so and wait to be killed."""

    def report(done: int, total: int) -> None:
        if done >= stop_at:
            sys.stdout.write(f"{done} of {total}\n")
            sys.stdout.flush()
            time.sleep(60)

    with open_database(url) as database:
        insert_frame(database, made_register(), head("import"), made_frame(rows), report)
        sys.stdout.write("written\n")
        sys.stdout.flush()
        time.sleep(60)


if __name__ == "__main__":
    import_and_wait(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
