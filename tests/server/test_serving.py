"""``dafeng serve`` as a process: address, first account, clean stop, several processes, a taken port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

import dafeng

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(dafeng.__file__).parent.parent


class Served:
    """A portal that runs as a process of its own."""

    def __init__(self, folder: Path, pack: Path, *options: str) -> None:
        self.folder = folder
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"}
        self.errors = (folder / "errors.txt").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "dafeng", "serve", "--port", "0", "--pack", str(pack), *options],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=self.errors, encoding="utf-8",
        )  # fmt: skip
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]

    def ask(self, path: str) -> httpx.Response:
        until = time.monotonic() + 30
        while True:
            try:
                return httpx.get(self.url + path, timeout=30)
            except httpx.ConnectError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        assert self.process.stdout is not None
        out = self.process.stdout.read()  # with what the first line brought along
        self.process.stdout.close()
        self.errors.close()
        return self.process.returncode, out, (self.folder / "errors.txt").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


@pytest.mark.slow
def test_it_answers_tells_the_first_account_once_and_stops_cleanly(folder: Path, tiny_pack: Path) -> None:
    first = Served(folder, tiny_pack)
    assert first.ask("healthz").text == "ok\n"
    assert first.ask("api/v1/about").json()["pack"] == "tiny"
    code, out, errors = first.stop()
    assert code == 0, errors
    assert "admin" in out
    assert errors.endswith("已停止 / stopped\n")
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert any(line["event"] == "request" and line["route"] == "/about" for line in lines)
    assert (folder / "dafeng-registers.sqlite").stat().st_mode & 0o077 == 0

    again = Served(folder, tiny_pack, "--workers", "2")
    assert {again.ask("api/v1/about").status_code for _ in range(6)} == {200}
    assert 'route="/about",status="200"} 6.0' in again.ask("metrics").text
    code, out, errors = again.stop()
    assert code == 0, errors
    assert "admin" not in out


def test_a_port_that_is_taken_is_told(folder: Path, tiny_pack: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "dafeng", "serve", "--port", str(port), "--pack", str(tiny_pack)],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"},
            capture_output=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "serve_port_taken" in done.stderr
    assert "Traceback" not in done.stderr
