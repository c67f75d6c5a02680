"""Read the leads of a quantifier: groups by name, lists, and sums of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ecg_core.errors import nearest
from ecg_core.rules.syntax import TextError
from ecg_core.rules.typed import subtrees
from ecg_core.vocabulary import LEAD_GROUPS, LEADS

if TYPE_CHECKING:
    from lark import Token, Tree


def read_leads(tree: Tree[Token]) -> tuple[tuple[str, ...] | None, list[TextError]]:
    """Read ``inferior + [V5, V6]``.

    Returns:
        The leads in the order given and no faults, or None and every fault.
    """
    found: list[str] = []
    faults: list[TextError] = []
    for part in subtrees(tree):
        for token in cast("list[Token]", part.children):
            place = token.start_pos or 0
            if part.data == "lead_group" and str(token) in LEAD_GROUPS:
                leads: tuple[str, ...] = LEAD_GROUPS[str(token)]
            elif part.data == "lead_list" and str(token) in LEADS:
                leads = (str(token),)
            else:
                faults.append(TextError(place, no_lead(str(token), is_group=part.data == "lead_group")))
                continue
            twice = [lead for lead in leads if lead in found]
            if twice:
                faults.append(TextError(place, f"lead {', '.join(twice)} stands here twice"))
            found += leads
    return (None if faults else tuple(found)), faults


def no_lead(name: str, *, is_group: bool) -> str:
    """Return the message for a name that is no lead, or no group of leads."""
    known = LEAD_GROUPS if is_group else LEADS
    near = nearest(name, known)
    hint = f"; did you mean {near!r}?" if near else ""
    if is_group and name in LEADS:
        hint = f"; write [{name}]"
    return f"unknown {'group of leads' if is_group else 'lead'} {name!r}{hint}"
