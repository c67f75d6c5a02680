"""A small sound pack, and copies of it with something changed."""

from __future__ import annotations

from pathlib import Path

PROTOCOL = """\
id: tiny
version: "0.1.0"
schema: 1
title: A tiny pack
edition: "2026"
license: Apache-2.0
requires: {ecg_core: ">=0.1,<0.2"}
population: {min_age: 16}
order: [av, rhythm, overall]
sources:
  AHA3: "Surawicz 2009, JACC 53:976"
"""

THRESHOLDS = """\
pr_upper:
  value: 200 ms
  text: upper limit of the normal PR interval
  source: {ref: AHA3, where: statement 82}
  provenance: published
"""

LONG_PR = """\
id: long_pr
statement: AVC_LONGPR
status: test
phase: conduction
criteria:
  prolonged:
    if: pr_interval > pr_upper
    text: PR interval above the adult limit
    source: {ref: AHA3, where: statement 82}
    provenance: published
when: prolonged
unless: [RHY_AFIB]
explain: "PR interval {pr_interval} exceeds {pr_upper}."
"""

AFIB = """\
id: afib
statement: RHY_AFIB
status: test
phase: rhythm
criteria:
  no_p:
    if: not p_wave_present
    text: no P wave
    source: {ref: AHA3, where: statement 50}
    provenance: published
when: no_p
explain: "No P wave."
"""

ABNORMAL = """\
id: abnormal
statement: OVR_ABNORMAL
status: test
phase: synthesis
when: any_finding(severity >= abnormal) or final(RHY_AFIB)
explain: "Abnormal."
"""

LONG_PR_CASES = """\
rule: long_pr
cases:
  - {name: long, kind: fires, given: {pr_interval: 214 ms, p_wave_present: true}, expect: true, final: true}
  - {name: short, kind: does_not_fire, given: {pr_interval: 150 ms}, expect: false}
  - {name: at the limit, kind: at_threshold, given: {pr_interval: 200 ms}, expect: false}
  - {name: no PR, kind: not_measurable, given: {}, expect: unknown}
  - name: in fibrillation
    kind: suppressed
    given: {pr_interval: 214 ms}
    assume: {RHY_AFIB: true}
    expect: true
    final: false
"""

AFIB_CASES = """\
rule: afib
cases:
  - {name: no P, kind: fires, given: {p_wave_present: false}, expect: true}
  - {name: P, kind: does_not_fire, given: {p_wave_present: true}, expect: false}
  - {name: nothing, kind: not_measurable, given: {}, expect: unknown}
"""

ABNORMAL_CASES = """\
rule: abnormal
cases:
  - {name: long PR, kind: fires, given: {pr_interval: 214 ms}, assume: {RHY_AFIB: true}, expect: true}
  - {name: nothing wrong, kind: does_not_fire, given: {pr_interval: 150 ms, p_wave_present: true}, expect: false}
  - {name: nothing known, kind: not_measurable, given: {}, expect: unknown}
"""

FILES = {
    "protocol.yaml": PROTOCOL,
    "thresholds/av.yaml": THRESHOLDS,
    "rules/av/long_pr.yaml": LONG_PR,
    "rules/rhythm/afib.yaml": AFIB,
    "rules/overall/abnormal.yaml": ABNORMAL,
    "cases/av/long_pr.yaml": LONG_PR_CASES,
    "cases/rhythm/afib.yaml": AFIB_CASES,
    "cases/overall/abnormal.yaml": ABNORMAL_CASES,
}


def write_pack(folder: Path, changes: dict[str, str] | None = None) -> Path:
    """Write the pack into `folder`, with some files replaced or added."""
    for name, text in {**FILES, **(changes or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def place_of(text: str, part: str) -> tuple[int, int]:
    """Return line and column of `part`, which must stand in `text` exactly once."""
    assert text.count(part) == 1, part
    before = text[: text.index(part)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")
