"""Reasons speak of roles and documents as people do, never by the ids of the pack."""

from __future__ import annotations

from datetime import date

import pytest

from asl_desktop.domain import wording
from asl_desktop.domain.determine import determine
from asl_desktop.domain.inputs import Inputs, Scope
from asl_desktop.services.packs import load_pack


@pytest.mark.parametrize("pack_id", ["google-deepmind-fsf-3.1", "openai-preparedness-2"])
def test_judgement_gate_with_roles_and_documents_names_them_by_title(pack_id: str) -> None:
    pack = load_pack(pack_id)
    found = determine(pack, Inputs(scope=Scope("Heron-2")), date(2026, 3, 14))
    gates = [gate for gate in found.gates if gate.state == "judgement"]
    assert gates
    for gate in gates:
        roles = [role for role in pack.roles if role.id in gate.decided_by]
        assert roles
        assert all(role.title in gate.reasons[0] for role in roles)
        owed = [document for document in pack.documents if document.id in gate.owed_missing]
        assert all(document.title in gate.reasons[1] for document in owed)


def test_titled_id_without_an_item_stands_for_itself() -> None:
    roles = load_pack("anthropic-rsp-2.2").roles
    assert wording.titled(("CEO", "Nobody"), roles) == "Chief Executive Officer and Nobody"
