"""Random conditions as the parser makes them, and random measurements to judge them on."""

from __future__ import annotations

from hypothesis import strategies as st

from ecg_core.findings import Citation
from ecg_core.measurements import Measurement, Measurements, Value
from ecg_core.rules.ast import (
    ANY_LEAD,
    Absolute,
    And,
    Arithmetic,
    AtLeast,
    Boolean,
    Category,
    Choice,
    Compare,
    Extreme,
    Known,
    Measured,
    Named,
    Not,
    Number,
    Numeric,
    Or,
    Score,
)
from ecg_core.rules.leads import lead_windows
from ecg_core.rules.protocol import Threshold
from ecg_core.rules.units import from_canonical
from ecg_core.vocabulary import LEAD_GROUPS, measurement

Key = tuple[str, str | None]

LEADS = ("I", "II", "III", "aVF", "V1", "V2")
GLOBAL = {"ms": ["pr_interval", "qt_interval"], "uV": ["cornell_voltage"], "deg": ["qrs_axis"], "": ["beat_count"]}
PER_LEAD = {"ms": ["q_duration"], "uV": ["st_j", "r_amplitude"], "deg": ["beta_angle"], "": ["r_s_ratio"]}
# Few values, so that limits are hit exactly; halves and tenths, so that rounding would show.
VALUES = (0.0, 1.0, 2.0, 50.0, 99.9, 100.0, 100.1, 120.5, 200.0, 450.0)

_MALE = Compare("==", Measured("sex", None), Category("male", 0))
_SOURCE = Citation("TEST")
THRESHOLDS = {
    f"{name}_limit": Threshold(f"{name}_limit", body, unit, "a limit", _SOURCE, "operational")
    for name, unit, body in (
        ("time", "ms", Choice(_MALE, Number(100.0, "ms"), Number(120.5, "ms"))),
        ("voltage", "uV", Number(100.1, "uV")),
        ("angle", "deg", Number(-1.0, "deg")),
        ("plain", "", Choice(_MALE, Number(1.0, ""), Number(2.0, ""))),
    )
}
_NAMED = {item.unit: Named(item.id, item.body, item.source) for item in THRESHOLDS.values()}


@st.composite
def conditions(draw: st.DrawFn, *, depth: int = 3, with_known: bool = True) -> Boolean:
    """Draw a condition that names at least one measurement."""
    return draw(_truth(depth, None, with_known))


@st.composite
def values(draw: st.DrawFn) -> dict[Key, Value]:
    """Draw the values of some measurements, in vocabulary units."""
    drawn: dict[Key, Value] = {}
    names = [name for listed in GLOBAL.values() for name in listed]
    keys: list[Key] = [(name, None) for name in names]
    keys += [(name, lead) for listed in PER_LEAD.values() for name in listed for lead in LEADS]
    numbers = draw(st.lists(st.sampled_from((None, None, *VALUES)), min_size=len(keys), max_size=len(keys)))
    for key, value in zip(keys, numbers, strict=True):
        if value is not None:
            unit = measurement(key[0]).unit
            drawn[key] = from_canonical(value, unit)
    for key in (("av_dissociation", None), *(("qs_complex", lead) for lead in LEADS)):
        flag = draw(st.sampled_from((None, True, False)))
        if flag is not None:
            drawn[key] = flag
    sex = draw(st.sampled_from((None, "male", "female")))
    if sex is not None:
        drawn["sex", None] = sex
    return drawn


def measured(given: dict[Key, Value]) -> Measurements:
    """Return values as measurements; what is not given was looked for in vain."""
    return Measurements(
        Measurement(name, value, measurement(name).unit, lead=lead) for (name, lead), value in given.items()
    )


@st.composite
def _number(draw: st.DrawFn, unit: str, depth: int, bound: bool) -> Numeric:
    # Sums and products are drawn more often than the rest: nesting them is what needs parentheses.
    kind = draw(st.sampled_from((0, 1, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8) if depth else (0, 1, 2, 2)))
    deeper = st.deferred(lambda: _number(unit, depth - 1, bound))
    match kind:
        case 0:
            return draw(_measured(unit, bound))
        case 1:
            return Number(draw(st.sampled_from(VALUES)) * draw(st.sampled_from((1.0, -1.0))), unit)
        case 2:
            return _NAMED[unit]
        case 3:
            return Arithmetic(draw(st.sampled_from("+-")), draw(deeper), draw(deeper))  # type: ignore[arg-type]
        case 4:
            op = draw(st.sampled_from("*/"))
            return Arithmetic(op, draw(deeper), draw(_number("", depth - 1, bound)))  # type: ignore[arg-type]
        case 5:
            items = draw(st.lists(deeper, min_size=2, max_size=3))
            return Extreme(draw(st.sampled_from(("min", "max"))), tuple(items))  # type: ignore[arg-type]
        case 6:
            return Absolute(draw(deeper))
        case 7:
            return Choice(draw(_truth(0, bound or None, False)), draw(deeper), draw(deeper))
        case _:
            if unit:
                return draw(_measured(unit, bound))
            count = draw(st.integers(1, 3))
            points = st.sampled_from((0.5, 1.0, 2.0, -1.0))
            return Score(tuple((draw(_truth(0, bound or None, False)), draw(points)) for _ in range(count)))


@st.composite
def _measured(draw: st.DrawFn, unit: str, bound: bool) -> Measured:
    place = draw(st.sampled_from(("global", "lead", "bound") if bound else ("global", "lead")))
    if place == "global":
        return Measured(draw(st.sampled_from(GLOBAL[unit])), None)
    name = draw(st.sampled_from(PER_LEAD[unit]))
    return Measured(name, ANY_LEAD if place == "bound" else draw(st.sampled_from(LEADS)))


@st.composite
def _truth(draw: st.DrawFn, depth: int, bound: bool | None, with_known: bool) -> Boolean:
    deeper = st.deferred(lambda: _truth(depth - 1, bound, with_known))
    match draw(st.integers(0, 8 if depth > 0 else 3)):
        case 0 | 1:
            return draw(_comparison(bool(bound)))
        case 2:
            lead = draw(st.sampled_from((*LEADS, ANY_LEAD) if bound else LEADS))
            return Compare("==", Measured("qs_complex", lead), Number(1.0, ""))
        case 3:
            op = draw(st.sampled_from(("==", "!=")))
            return Compare(op, Measured("sex", None), Category("female", 1))  # type: ignore[arg-type]
        case 4:
            return And(tuple(draw(st.lists(deeper, min_size=2, max_size=3))))
        case 5:
            return Or(tuple(draw(st.lists(deeper, min_size=2, max_size=3))))
        case 6:
            return Not(draw(deeper))
        case 7:
            if not with_known:
                return Not(draw(deeper))
            return Known(draw(_measured(draw(st.sampled_from(list(GLOBAL))), bool(bound))))
        case _:
            return draw(_quantifier(depth, with_known))


@st.composite
def _comparison(draw: st.DrawFn, bound: bool) -> Boolean:
    unit = draw(st.sampled_from(list(GLOBAL)))
    op = draw(st.sampled_from(("<", "<=", ">", ">=", "==", "!=")))
    # One side is a bare measurement, so that no comparison is of constants alone.
    sides = [draw(_measured(unit, bound)), draw(_number(unit, 3, bound))]
    left, right = draw(st.permutations(sides))
    return Compare(op, left, right)  # type: ignore[arg-type]


@st.composite
def _quantifier(draw: st.DrawFn, depth: int, with_known: bool) -> Boolean:
    bare = Compare(">=", Measured(draw(st.sampled_from(PER_LEAD["uV"])), ANY_LEAD), _NAMED["uV"])
    body: Boolean = bare
    if draw(st.booleans()):
        body = And((bare, draw(_truth(depth - 2, True, with_known))))
    chosen = draw(st.sampled_from(("group", "list", "windows")))
    if chosen == "windows":
        windows = lead_windows(LEADS, draw(st.integers(2, 3)))
        # A run of leads is what an author can name; its windows are what the parser makes of it.
        return AtLeast(1, windows, body)
    listed = draw(st.permutations(LEADS))[: draw(st.integers(1, 4))] if chosen == "list" else None
    leads = tuple(listed) if listed else LEAD_GROUPS[draw(st.sampled_from(("inferior", "septal")))]
    return AtLeast(draw(st.integers(1, len(leads))), tuple((lead,) for lead in leads), body)
