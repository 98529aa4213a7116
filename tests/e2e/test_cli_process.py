"""The installed command in processes of its own: the demonstration, its outputs, and how the command ends."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASL = Path(sys.executable).with_name("asl")
PACK = "anthropic-rsp-2.2"


class Demo(NamedTuple):
    folder: Path
    said: Any
    environment: dict[str, str]


def asl(*words: object, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ASL), *(str(word) for word in words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("home")
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C"}
    folder = tmp_path_factory.mktemp("out") / "deep" / "demo"
    done = asl("demo", folder, "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return Demo(folder, json.loads(done.stdout), environment)


def test_demo_prints_paths_digest_and_the_determination_of_determine(demo: Demo) -> None:
    said = demo.said
    assert Path(said["assessment"]).is_file()
    assert Path(said["report"]).read_bytes().startswith(b"%PDF-")
    again = asl("determine", said["assessment"], "--json", environment=demo.environment)
    assert again.returncode == 0
    assert json.loads(again.stdout) == said["determination"]
    assert said["snapshot_digest"] == said["determination"]["snapshot_digest"]
    assert said["determination"]["label"] == "ASL-3"
    assert said["determination"]["tracks"]["deployment"] | {"reasons": [], "demanded_by": []} == {
        "required": "ASL-3", "precautionary": True, "met": "false", "reasons": [], "demanded_by": [],
    }  # fmt: skip


def test_demo_report_verifies_and_names_a_demonstration_signer(demo: Demo) -> None:
    done = asl("verify", demo.said["report"], "--json", environment=demo.environment)
    assert done.returncode == 0, done.stdout
    said = json.loads(done.stdout)
    assert (said["ok"], said["kind"], said["problems"]) == (True, "pdf", [])
    [signature] = said["signatures"]
    assert "Demonstration" in signature["signer"]
    assert signature["intact"] is signature["trusted"] is signature["covers_whole_document"] is True


def test_demo_report_holds_the_assessment_as_json(demo: Demo) -> None:
    import pikepdf

    with pikepdf.open(demo.said["report"]) as pdf:
        [name] = list(pdf.attachments)
        attached = json.loads(pdf.attachments[name].get_file().read_bytes())
    assert attached["snapshot_digest"] == demo.said["snapshot_digest"]
    assert attached["determination"] == demo.said["determination"]
    assert attached["inputs"]["scope"]["model"]


def test_changed_report_does_not_verify(demo: Demo, tmp_path: Path) -> None:
    data = bytearray(Path(demo.said["report"]).read_bytes())
    data[len(data) // 2] ^= 1
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(data)
    assert asl("verify", changed, environment=demo.environment).returncode == 1


def test_report_of_an_unknown_signer_is_intact_but_not_ok(demo: Demo, tmp_path: Path) -> None:
    stranger = demo.environment | {"HOME": str(tmp_path)}
    done = asl("verify", demo.said["report"], "--json", environment=stranger)
    assert done.returncode == 1
    [signature] = json.loads(done.stdout)["signatures"]
    assert (signature["intact"], signature["trusted"]) == (True, False)


def test_demo_again_renews_its_own_files(demo: Demo) -> None:
    done = asl("demo", demo.folder, environment=demo.environment)
    assert done.returncode == 0, done.stderr
    assert str(demo.folder / "claude-opus-4.asl") in done.stdout
    assert "Verified" in done.stdout
    assert [path.name for path in demo.folder.iterdir() if path.name.endswith(".partial")] == []


@pytest.mark.parametrize("name", ["claude-opus-4.asl", "claude-opus-4-report.pdf", "demonstration-identity.p12"])
def test_demo_leaves_alone_what_it_did_not_make(tmp_path: Path, user_dirs: Path, name: str) -> None:
    mine = tmp_path / name
    mine.write_text("mine", "utf-8")
    done = asl("demo", tmp_path)
    assert done.returncode == 1
    assert name in done.stderr
    assert mine.read_text("utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_demo_leaves_alone_what_was_changed_since(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in demo.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with (folder / "claude-opus-4.asl").open("ab") as stream:
        stream.write(b"changed")
    done = asl("demo", folder, environment=demo.environment)
    assert done.returncode == 1
    assert "claude-opus-4.asl" in done.stderr


def test_version_and_help_load_nothing_heavy(user_dirs: Path) -> None:
    script = (
        "import sys\n"
        "from asl_desktop.cli.app import run\n"
        "assert run(['--version']) == 0 and run(['--help']) == 0\n"
        "heavy = {'matplotlib', 'reportlab', 'pyhanko', 'pikepdf', 'PySide6', 'scipy', 'sqlalchemy', 'sqlmodel'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr == "[]\n"
    assert done.stdout.startswith("asl ")


def test_determine_does_not_load_what_draws_or_signs(demo: Demo) -> None:
    script = (
        "import sys\n"
        "from asl_desktop.cli.app import run\n"
        "status = run(['determine', sys.argv[1]])\n"
        "heavy = {'matplotlib', 'reportlab', 'pyhanko', 'pikepdf', 'PySide6'}\n"
        "print(status, sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    words = [sys.executable, "-c", script, demo.said["assessment"]]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT, env=demo.environment)
    assert done.stderr == "0 []\n"


def test_reader_that_goes_away_is_no_error(user_dirs: Path) -> None:
    process = subprocess.Popen(
        [str(ASL), "packs", "show", PACK, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert err == ""


def test_output_that_does_not_arrive_is_said(demo: Demo) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [str(ASL), "determine", demo.said["assessment"], "--json"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60, env=demo.environment,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("The output was lost: ")
    assert "no space left" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("closed", "words", "status", "said"),
    [
        ("<&-", ["identity", "new", "--name", "Ada", "--out", "id.p12"], 1, "no --passphrase-file is given"),
        ("<&-", ["packs"], 0, ""),
        (">&-", ["new", "a.asl", "--pack", PACK, "--model", "Tern"], 0, ""),
        ("<&- >&- 2>&-", ["new", "b.asl", "--pack", PACK, "--model", "Tern"], 0, ""),
    ],
)
def test_closed_standard_streams_are_no_error_of_the_program(
    user_dirs: Path, tmp_path: Path, closed: str, words: list[str], status: int, said: str
) -> None:
    command = shlex.join([str(ASL), *words])
    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} {closed}"],
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert "error of this program" not in done.stderr
    for made in tmp_path.glob("*.asl"):
        assert asl("check", made).returncode == 0


def test_demo_with_a_home_that_takes_no_files_is_built_and_verified_all_the_same(tmp_path: Path) -> None:
    done = asl("demo", tmp_path / "demo", "--json", environment={"PATH": os.environ["PATH"], "HOME": "/proc/1/task"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verified"] is True


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no limit on the size of files")
def test_report_without_room_names_the_report_and_leaves_nothing(demo: Demo, tmp_path: Path) -> None:
    limited = "import resource as r, sys; from asl_desktop.cli.app import run; r.setrlimit(r.RLIMIT_FSIZE, (30000, -1))"
    words = ["report", demo.said["assessment"], "--out", str(tmp_path / "report.pdf")]
    done = subprocess.run(
        [sys.executable, "-c", f"{limited}; sys.exit(run({words!r}))"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
        env=demo.environment,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"The disk is full: There is no room left for {tmp_path / 'report.pdf'}.")
    assert list(tmp_path.iterdir()) == []
