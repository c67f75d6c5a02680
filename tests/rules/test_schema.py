from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pack_writer import FILES, write_pack

from ecg_core.rules.schema import Kind, json_schema
from ecg_core.rules.strict_yaml import plain, read_yaml

PACKS = Path(__file__).parent.parent.parent / "protocols"
KINDS: tuple[Kind, ...] = ("rule", "thresholds", "protocol", "cases")
KNOWN = {
    *("$schema", "$id", "title", "description", "type", "properties", "required", "additionalProperties", "items"),
    *("enum", "const", "pattern", "minLength", "minItems", "minProperties", "minimum", "anyOf", "oneOf"),
    *("propertyNames", "patternProperties"),
}
TYPES = {"object": dict, "array": list, "string": str, "number": (int, float), "boolean": bool}


def errors(value: Any, schema: dict[str, Any], place: str = "") -> Iterator[str]:
    """Validate by the keywords that our schemas use; an unknown keyword is an error of the schema."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "anyOf" in schema and all(list(errors(value, part, place)) for part in schema["anyOf"]):
        yield f"{place}: fits none of the alternatives"
    if "oneOf" in schema and sum(not list(errors(value, part, place)) for part in schema["oneOf"]) != 1:
        yield f"{place}: does not fit exactly one alternative"
    if "enum" in schema and not any(value == item and type(value) is type(item) for item in schema["enum"]):
        yield f"{place}: {value!r} is not allowed"
    if "const" in schema and value != schema["const"]:
        yield f"{place}: is not {schema['const']!r}"
    if "type" in schema and (
        not isinstance(value, TYPES[schema["type"]]) or (schema["type"] == "number" and isinstance(value, bool))
    ):
        yield f"{place}: {value!r} is no {schema['type']}"
        return
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0) or not re.search(schema.get("pattern", ""), value):
            yield f"{place}: {value!r} does not fit"
    elif isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{place}: too few"
        for index, item in enumerate(value):
            yield from errors(item, schema.get("items", {}), f"{place}[{index}]")
    elif isinstance(value, dict):
        yield from object_errors(value, schema, place)
    elif value is not True and value is not False and value < schema.get("minimum", value):
        yield f"{place}: too small"


def object_errors(value: dict[str, Any], schema: dict[str, Any], place: str) -> Iterator[str]:
    yield from (f"{place}: {name} is missing" for name in schema.get("required", ()) if name not in value)
    if len(value) < schema.get("minProperties", 0):
        yield f"{place}: too few"
    for name, item in value.items():
        yield from errors(name, schema.get("propertyNames", {}), f"{place}.{name} (name)")
        patterns = [part for regex, part in schema.get("patternProperties", {}).items() if re.search(regex, name)]
        if name in schema.get("properties", {}):
            yield from errors(item, schema["properties"][name], f"{place}.{name}")
        elif patterns:
            yield from errors(item, patterns[0], f"{place}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{place}.{name}: unknown"
        else:
            yield from errors(item, schema.get("additionalProperties", {}), f"{place}.{name}")


def kind_of(path: Path, root: Path) -> Kind:
    folder = path.relative_to(root).parts[0]
    return {"rules": "rule", "thresholds": "thresholds", "cases": "cases"}.get(folder, "protocol")  # type: ignore[return-value]


def file_errors(path: Path, root: Path) -> list[str]:
    document, faults = read_yaml(path, path.name)
    assert document is not None, faults
    return list(errors(plain(document), json_schema(kind_of(path, root))))


@pytest.mark.parametrize("name", ["adult12", "essentials", "athlete"])
def test_every_file_of_our_packs_fits(name: str) -> None:
    pack = PACKS / f"ecg_protocol_{name}"
    paths = list(pack.rglob("*.yaml"))
    assert {kind_of(path, pack) for path in paths} == set(KINDS)
    assert {str(path): found for path in paths if (found := file_errors(path, pack))} == {}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("protocol.yaml", 'version: "0.1.0"', "version: 1.10"),
        ("protocol.yaml", "schema: 1", "schema: 2"),
        ("protocol.yaml", "title: A tiny pack\n", ""),
        ("protocol.yaml", "title:", "extends: {pack: adult12}\ntitle:"),
        ("protocol.yaml", "title:", "extends: {pack: adult12, version: '>=0.1', grades: {x: {severity: bad}}}\ntitle:"),
        ("rules/av/long_pr.yaml", "status: test", 'status: test\ncodes: {scp: ["1AVBB"]}'),
        ("thresholds/av.yaml", "published", "gospel"),
        ("thresholds/av.yaml", "value: 200 ms", "text2: 200 ms"),
        ("thresholds/av.yaml", "value: 200 ms", "table: {by: age, male: 1, female: 2}"),
        ("rules/av/long_pr.yaml", "AVC_LONGPR", "AVC_LONG"),
        ("rules/av/long_pr.yaml", "phase: conduction", "phase: conducting"),
        ("rules/av/long_pr.yaml", "when: prolonged", "wehn: prolonged"),
        ("rules/av/long_pr.yaml", "status: test", "status: test\ncostly_miss: NO"),
        ("rules/av/long_pr.yaml", "[RHY_AFIB]", "[{stage: raw}]"),
        ("cases/av/long_pr.yaml", "{pr_interval: 150 ms}", "{pr_intervall: 150 ms}"),
        ("cases/av/long_pr.yaml", "kind: fires", "kind: fire"),
        ("cases/av/long_pr.yaml", "expect: unknown", "expect: maybe"),
        ("cases/av/long_pr.yaml", "{pr_interval: 150 ms}", '{"st_j[V10]": 1 mV}'),
    ],
)
def test_what_does_not_fit(tmp_path: Path, file: str, old: str, new: str) -> None:
    write_pack(tmp_path)
    assert file_errors(tmp_path / file, tmp_path) == []
    assert FILES[file].count(old) == 1
    (tmp_path / file).write_text(FILES[file].replace(old, new), encoding="utf-8")
    assert len(file_errors(tmp_path / file, tmp_path)) >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_published_ones(kind: Kind) -> None:
    schema = json_schema(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"ecg-core/pack/1/{kind}"


def test_an_editor_can_say_what_a_key_is_for() -> None:
    rule, pack = json_schema("rule")["properties"], json_schema("protocol")["properties"]
    assert all(value["description"] for value in rule.values())
    assert set(pack["extends"]["properties"]) == {"pack", "version", "overrides", "replaces", "without", "grades"}
    assert pack["extends"]["properties"]["without"]["description"]
    assert "description" not in pack["id"], "the file's name is the id of a rule, not of a pack"
