"""Resources are reached by one way, which never leaves their folder."""

from __future__ import annotations

import pytest

from asl_desktop.resources_access import list_names, read_bytes, read_text, resource_path


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../pyproject.toml", "frameworks/../../README.md", "C:/x", "a\\..\\b", "a\0b"]
)
def test_resource_path_outside_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a resource name"):
        resource_path(name)


def test_read_text_gives_what_is_on_disk() -> None:
    name = "frameworks/anthropic-rsp-2.2.yaml"
    assert read_text(name).encode("utf-8") == read_bytes(name) == resource_path(name).read_bytes()


def test_read_bytes_missing_says_so() -> None:
    with pytest.raises(FileNotFoundError):
        read_bytes("frameworks/none.yaml")


def test_list_names_gives_readable_names_of_that_folder_only() -> None:
    names = list_names("frameworks", ".yaml")
    assert "frameworks/anthropic-rsp-2.2.yaml" in names
    assert not [name for name in names if "library" in name]
    assert list(names) == sorted(names)
    assert all(read_bytes(name) for name in names)


def test_list_names_missing_folder_has_none() -> None:
    assert list_names("no-such-folder", ".yaml") == ()
