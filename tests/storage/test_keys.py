from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl_desktop.errors import PassphraseRefused
from asl_desktop.storage import keys
from asl_desktop.storage.keys import Passphrase, RecoveryKey, key_of, new_key

ROOT = Path(__file__).resolve().parents[2]
SALT = bytes(range(16))


def test_key_of_a_passphrase_is_that_of_the_file_format() -> None:
    """Changing this value locks people out of their files."""
    key = key_of(Passphrase("correct horse battery staple"), SALT)
    assert key.key.hex() == "446539bd5c5b1ecce56f2120d87c64925395b4bb2016d9369e17e67a0a2cd8db"
    assert key.salt == SALT
    assert keys.Cost(memory_kib=262144, passes=3, lanes=4) == keys.COST


def test_key_of_composed_and_decomposed_letters_is_the_same(cheap_keys: None) -> None:
    text = "Größe Ångström"
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert composed != decomposed
    assert key_of(Passphrase(composed), SALT) == key_of(Passphrase(decomposed), SALT)


def test_key_of_another_case_space_or_salt_is_another(cheap_keys: None) -> None:
    same = key_of(Passphrase("correct horse"), SALT).key
    for text, salt in (("Correct horse", SALT), ("correct horse ", SALT), ("correct horse", SALT[::-1])):
        assert key_of(Passphrase(text), salt).key != same


def test_new_key_has_a_fresh_salt_each_time(cheap_keys: None) -> None:
    assert new_key(Passphrase("long enough")).salt != new_key(Passphrase("long enough")).salt


@pytest.mark.parametrize("text", ["", "short", "       ", "1234567", "1234567 "])
def test_new_key_from_a_short_passphrase_is_refused(text: str) -> None:
    with pytest.raises(PassphraseRefused, match="at least 8 characters"):
        new_key(Passphrase(text))


def test_new_key_from_a_recovery_key_is_refused() -> None:
    with pytest.raises(PassphraseRefused, match="belongs to one file"):
        new_key(RecoveryKey(bytes(32), SALT))


def test_key_of_nothing_or_of_half_a_character_is_refused_without_quoting_it() -> None:
    with pytest.raises(PassphraseRefused, match="empty"):
        key_of(Passphrase(""), SALT)
    with pytest.raises(PassphraseRefused) as caught:
        key_of(Passphrase("geheim\udc80geheim"), SALT)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "geheim" not in str(caught.value)


def test_key_of_a_passphrase_without_the_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "COST", keys.Cost(memory_kib=2**32 - 1, passes=1, lanes=1))
    with pytest.raises(PassphraseRefused, match="MiB of free memory"):
        key_of(Passphrase("long enough"), SALT)


def test_secrets_are_not_printed() -> None:
    secret, key = Passphrase("geheim"), RecoveryKey(b"k" * 32, b"s" * 16)
    for shown in (repr(secret), str(secret), f"{secret}", repr(key), str((secret, key))):
        assert "geheim" not in shown
        assert "kkkk" not in shown


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16))
def test_recovery_text_comes_back_however_it_is_typed(key: bytes, salt: bytes) -> None:
    made = RecoveryKey(key, salt)
    text = made.to_text()
    assert [len(line) for line in text.splitlines()] == [19] * 6
    assert RecoveryKey.from_text(text) == made
    assert RecoveryKey.from_text(text.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == made
    assert RecoveryKey.from_text(text.replace("\n", "").replace("-", "")) == made


def test_recovery_text_is_that_of_the_file_format() -> None:
    """Sheets are in safes already: they have to open files for as long as there are any."""
    text = RecoveryKey(bytes(range(32)), bytes(range(32, 48))).to_text()
    assert text.split() == [
        "000G-40R4-0M30-FR95",
        "104G-M2RC-1M70-ZR05",
        "208H-44RM-2MB1-E1XS",
        "30CH-M6RW-3MF1-ZPF4",
        "40GJ-48S4-4MK2-E65Z",
        "50MJ-MASC-5MQ2-ZXJ7",
    ]


def test_costs_and_letters_are_in_the_document_of_the_file_format() -> None:
    document = (ROOT / "docs" / "file-format.md").read_text("utf-8")
    cost = f"memory   = {keys.COST.memory_kib} KiB, passes = {keys.COST.passes}, lanes = {keys.COST.lanes}, length = 32"
    assert cost in document
    assert "`0123456789ABCDEFGHJKMNPQRSTVWXYZ`" in document


@settings(derandomize=True)  # one wrong line in 65,536 has the right check
@given(st.binary(min_size=48, max_size=48), st.integers(0, 5), st.integers(0, 15), st.data())
def test_recovery_text_with_one_wrong_character_names_the_line(
    data: bytes, line: int, place: int, more: st.DataObject
) -> None:
    lines = RecoveryKey(data[:32], data[32:]).to_text().splitlines()
    at = place + place // 4
    others = sorted(set("0123456789ABCDEFGHJKMNPQRSTVWXYZU*") - {lines[line][at]})
    lines[line] = lines[line][:at] + more.draw(st.sampled_from(others)) + lines[line][at + 1 :]
    with pytest.raises(PassphraseRefused, match=f"line {line + 1} of the recovery key"):
        RecoveryKey.from_text("\n".join(lines))


def test_recovery_text_with_lines_in_another_order_or_missing_is_refused() -> None:
    lines = RecoveryKey(os.urandom(32), os.urandom(16)).to_text().splitlines()
    with pytest.raises(PassphraseRefused, match="line 1 of the recovery key"):
        RecoveryKey.from_text("\n".join([lines[1], lines[0], *lines[2:]]))
    with pytest.raises(PassphraseRefused, match="96 letters and digits, not 80"):
        RecoveryKey.from_text("\n".join(lines[1:]))


_LIMITS = """
import ctypes, resource
from asl_desktop.storage import keys
keys.COST = keys.Cost(64, 1, 1)
def limits():
    return resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)  # PR_GET_DUMPABLE
resource.setrlimit(resource.RLIMIT_CORE, (1000, resource.getrlimit(resource.RLIMIT_CORE)[1]))
before = limits()
keys.key_of(keys.Passphrase("long enough"), bytes(16))
print(before, limits())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel what it would dump")
def test_process_that_made_a_key_writes_no_core_dump() -> None:
    done = subprocess.run([sys.executable, "-c", _LIMITS], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "(1000, 1) (0, 0)\n"
