"""Read rule files: one rule each, checked as far as the file itself goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from ecg_core.findings import SEVERITIES, URGENCIES, Severity, Urgency
from ecg_core.rules.fields import Fields
from ecg_core.rules.formula import Formula
from ecg_core.rules.formula_parse import ParsedFormula, parse_formula
from ecg_core.rules.parse import Expression, parse_expression
from ecg_core.rules.protocol import PHASES, Blocker, Criterion, Escalation, Mimic, Phase, Rule, Status, Threshold
from ecg_core.rules.strict_yaml import Mapping as YamlMapping
from ecg_core.rules.strict_yaml import Node, Scalar
from ecg_core.rules.syntax import RESERVED
from ecg_core.rules.thresholds import read_citation, read_provenance
from ecg_core.vocabulary import StatementDef, codes, statements

STATUSES = ("draft", "test", "stable")

OVERALL = "overall"
"""Group of the rules that look at all other findings."""

REQUIRED_KEYS = ("id", "statement", "status", "phase", "when", "explain")
OPTIONAL_KEYS = (
    *("severity", "urgency", "costly_miss", "never_lowered", "all_ages"),
    *("criteria", "unless", "suppresses", "escalate", "mimics", "leads", "codes"),
)
CRITERION_KEYS = ("if", "text", "source", "provenance")


@dataclass(frozen=True, slots=True)
class Mention:
    """A statement that a rule names, and where.

    Attributes:
        statement: the code.
        role: "when", "unless", "condition" (of unless, suppresses or escalate), "against" or "suppresses".
        line: line in the rule's file.
        column: column in the rule's file.
    """

    statement: str
    role: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class RuleSource:
    """A rule with what linking and linting need of its file.

    Attributes:
        rule: the rule; its blockers are those of its own ``unless``.
        suppresses: blockers that it adds to other rules: ``(their statement, blocker)``.
        mentions: every statement named in it.
        expressions: the parsed expression of each criterion.
        nodes: the file's top-level values.
        file: name of the file in faults.
    """

    rule: Rule
    suppresses: tuple[tuple[str, Blocker], ...]
    mentions: tuple[Mention, ...]
    expressions: Mapping[str, Expression]
    nodes: Mapping[str, Node]
    file: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule file may refer to: the pack's thresholds (None for one with a fault) and sources."""

    thresholds: Mapping[str, Threshold | None]
    sources: Mapping[str, str]


def read_rule(root: Node, fields: Fields, *, group: str, stem: str, pack: Surroundings) -> RuleSource | str | None:
    """Read one rule file.

    Args:
        root: its document.
        fields: where its faults go.
        group: folder it stands in.
        stem: name of the file without suffix; must equal the rule's id.
        pack: what it may refer to.

    Returns:
        The rule; or, if it has a fault, its statement where at least that is known, else None.
    """
    before = len(fields.faults)
    nodes = fields.mapping(root, REQUIRED_KEYS, OPTIONAL_KEYS)
    if nodes is None:
        return None
    code = fields.choice(nodes.get("statement"), "statement", statements())
    source = _RuleReader(nodes, fields, group, pack).read(stem, statements()[code]) if code else None
    return source if source is not None and len(fields.faults) == before else code


class _RuleReader:
    def __init__(self, nodes: Mapping[str, Node], fields: Fields, group: str, pack: Surroundings) -> None:
        self._nodes = nodes
        self._fields = fields
        self._group = group
        self._pack = pack
        self._mentions: list[Mention] = []
        self._used: set[str | None] = set()
        self._criteria_names: tuple[str, ...] = ()

    def read(self, stem: str, statement: StatementDef) -> RuleSource | None:
        nodes, fields = self._nodes, self._fields
        name = fields.word(nodes.get("id"), "rule")
        if name is not None and name != stem:
            fields.fault(nodes["id"], f"the file is called {stem}.yaml: id and file name must be equal")
        criteria, expressions = self._criteria()
        when = self._formula(nodes.get("when"), "when")
        blockers = tuple(
            blocker
            for node in self._list("unless", "statements")
            if (blocker := self._blocker(node, "unless", statement.id))
        )
        suppresses = tuple(
            (blocker.statement, Blocker(statement.id, blocker.stage, blocker.condition))
            for node in self._list("suppresses", "statements")
            if (blocker := self._blocker(node, "suppresses", statement.id))
        )
        escalations = tuple(step for node in self._list("escalate", "steps") if (step := self._escalation(node)))
        mimics = tuple(mimic for node in self._list("mimics", "differentials") if (mimic := self._mimic(node)))
        leads_from = fields.choice(nodes.get("leads"), "criterion", self._criteria_names)
        status = fields.choice(nodes.get("status"), "status", STATUSES)
        phase = fields.choice(nodes.get("phase"), "phase", PHASES)
        severity = fields.choice(nodes.get("severity"), "severity", SEVERITIES) or statement.severity
        urgency = fields.choice(nodes.get("urgency"), "urgency", URGENCIES) or statement.urgency
        explain = fields.text(nodes.get("explain"))
        flags = {name: fields.flag(nodes.get(name)) for name in ("costly_miss", "never_lowered", "all_ages")}
        self._refuse_unused(leads_from)
        if name is None or when is None or status is None or phase is None or explain is None:
            return None
        rule = Rule(
            id=name,
            statement=statement.id,
            group=self._group,
            phase=cast("Phase", phase),
            status=cast("Status", status),
            severity=cast("Severity", severity),
            urgency=cast("Urgency", urgency),
            criteria=criteria,
            when=when,
            explain=explain,
            blockers=blockers,
            escalations=escalations,
            mimics=mimics,
            leads_from=leads_from,
            codes=self._codes(),
            **flags,
        )
        return RuleSource(rule, suppresses, tuple(self._mentions), expressions, nodes, fields.file)

    def _list(self, key: str, what: str) -> tuple[Node, ...]:
        return self._fields.items(self._nodes[key], what) if key in self._nodes else ()

    def _criteria(self) -> tuple[dict[str, Criterion], dict[str, Expression]]:
        criteria: dict[str, Criterion] = {}
        expressions: dict[str, Expression] = {}
        if "criteria" not in self._nodes:
            return criteria, expressions
        pairs = self._fields.named(self._nodes["criteria"], "criteria by name")
        self._criteria_names = tuple(key.raw for key, _ in pairs)
        for key, node in pairs:
            self._fields.word(key, "criterion")
            if key.raw in RESERVED:
                self._fields.fault(key, f"{key.raw!r} is a word of the language: choose another name")
            read = self._criterion(key.raw, node)
            if read is not None:
                criteria[key.raw], expressions[key.raw] = read
        return criteria, expressions

    def _criterion(self, name: str, node: Node) -> tuple[Criterion, Expression] | None:
        fields = self._fields
        parts = fields.mapping(node, CRITERION_KEYS, ("note",))
        if parts is None:
            return None
        written = fields.text(parts.get("if"))
        expression = None
        if written is not None:
            scalar = cast("Scalar", parts["if"])
            expression, errors = parse_expression(scalar.raw, self._pack.thresholds)
            fields.text_faults(scalar, errors)
        note = fields.text(parts.get("note")) or ""
        text = fields.text(parts.get("text"))
        source = read_citation(parts.get("source"), fields, self._pack.sources)
        provenance = read_provenance(parts.get("provenance"), fields)
        if written is None or expression is None or text is None or source is None or provenance is None:
            return None
        criterion = Criterion(name, " ".join(written.split()), expression.body, text, source, provenance, note)
        return criterion, expression

    def _formula(self, node: Node | None, role: str) -> Formula | None:
        if self._fields.text(node) is None:
            return None
        scalar = cast("Scalar", node)
        parsed, errors = parse_formula(scalar.raw, self._criteria_names, overall=self._group == OVERALL)
        self._fields.text_faults(scalar, errors)
        if parsed is None:
            # A criterion behind a fault is not to be called unused as well.
            self._used.update(self._criteria_names)
            return None
        self._used |= parsed.criteria
        self._mention(scalar, parsed, role)
        return parsed.body

    def _mention(self, scalar: Scalar, parsed: ParsedFormula, role: str) -> None:
        for code, offset in parsed.statements:
            self._mentions.append(Mention(code, role, *scalar.place(offset)))

    def _blocker(self, node: Node, role: str, own: str) -> Blocker | None:
        """Read an entry of ``unless`` or ``suppresses``: a statement, or ``{finding, stage, if}``."""
        fields = self._fields
        parts = {"finding": node} if isinstance(node, Scalar) else fields.mapping(node, ("finding",), ("stage", "if"))
        code = fields.choice(parts.get("finding"), "statement", statements()) if parts else None
        if parts is None or code is None:
            return None
        finding = parts["finding"]
        self._mentions.append(Mention(code, role, finding.line, finding.column))
        if code == own:
            fields.fault(finding, "a statement cannot silence itself")
        stage = fields.choice(parts.get("stage"), "stage", ("final", "raw")) or "final"
        condition = self._formula(parts["if"], "condition") if "if" in parts else None
        return Blocker(code, "raw" if stage == "raw" else "final", condition)

    def _escalation(self, node: Node) -> Escalation | None:
        parts = self._fields.mapping(node, ("if",), ("severity", "urgency"))
        if parts is None:
            return None
        condition = self._formula(parts.get("if"), "condition")
        severity = self._fields.choice(parts.get("severity"), "severity", SEVERITIES)
        urgency = self._fields.choice(parts.get("urgency"), "urgency", URGENCIES)
        if "severity" not in parts and "urgency" not in parts:
            self._fields.fault(node, "give a severity or an urgency to raise to")
        if condition is None:
            return None
        return Escalation(condition, cast("Severity | None", severity), cast("Urgency | None", urgency))

    def _mimic(self, node: Node) -> Mimic | None:
        parts = self._fields.mapping(node, ("finding", "against", "text"))
        if parts is None:
            return None
        code = self._fields.choice(parts.get("finding"), "statement", statements())
        against = self._formula(parts.get("against"), "against")
        text = self._fields.text(parts.get("text"))
        return None if code is None or against is None or text is None else Mimic(code, against, text)

    def _codes(self) -> dict[str, tuple[str, ...]]:
        """Read ``{snomed: ["426783006"]}``; a code that the table does not hold is a fault."""
        if "codes" not in self._nodes:
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for key, node in self._fields.named(self._nodes["codes"], "codes by system"):
            if self._fields.choice(key, "system of codes", codes()) is not None:
                listed = (
                    self._fields.choice(item, f"{key.raw} code", codes()[key.raw])
                    for item in self._fields.items(node, "codes")
                )
                found[key.raw] = tuple(code for code in listed if code is not None)
        return found

    def _refuse_unused(self, leads_from: str | None) -> None:
        used: Collection[str | None] = self._used | {leads_from}
        criteria = self._nodes.get("criteria")
        if isinstance(criteria, YamlMapping):
            for key, _ in criteria.pairs:
                if key.raw not in used:
                    self._fields.fault(key, f"criterion {key.raw!r} is never used: name it in 'when' or remove it")
