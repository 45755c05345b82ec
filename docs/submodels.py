"""The page of submodels: every rule of the model as its code has it, and the declared parameters that each reads.

Rules stand in sim/rules, a file a subject; phases (sim/phases) call them with the firm's parameters. Which parameter goes into
which argument is read from these calls, so that the page cannot say anything else than the code does.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES, PHASES = ROOT / "sim" / "rules", ROOT / "sim" / "phases"


def rules() -> dict[str, list[ast.FunctionDef]]:
    """File of rules -> its rules, in the order in which they stand there."""
    found = {}
    for file in sorted(RULES.glob("*.py")):
        inside = [node for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
        if inside:
            found[file.stem] = inside
    return found


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call by a bare name in the phases, with the phase's file."""
    for file in sorted(PHASES.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield file.stem, node


def read_by(names: dict[str, str]) -> tuple[dict[str, dict[str, set[str]]], dict[str, set[str]]]:
    """Rule -> argument -> paths of the parameters that go into it, and rule -> phases that call it.

    `names`: attribute of the firm's parameters in the code -> path of the parameter.
    """
    arguments = {rule.name: [each.arg for each in rule.args.args] for inside in rules().values() for rule in inside}
    paths: dict[str, dict[str, set[str]]] = {name: {} for name in arguments}
    phases: dict[str, set[str]] = {name: set() for name in arguments}
    for phase, call in calls():
        name = call.func.id
        if name not in arguments:
            continue
        phases[name].add(phase)
        for argument, value in zip(arguments[name], call.args):
            for node in ast.walk(value):
                if isinstance(node, ast.Attribute) and node.attr in names:
                    paths[name].setdefault(argument, set()).add(names[node.attr])
    return paths, phases


def formula(rule: ast.FunctionDef) -> str:
    """The statements of a rule, without its docstring, as Python writes them."""
    body = rule.body[1:] if ast.get_docstring(rule) else rule.body
    return "\n".join(ast.unparse(statement) for statement in body)


def page() -> str:
    """The page in Markdown."""
    from tandem.sim.parameters import describe

    declared = {row["path"]: row for row in describe()}
    paths, phases = read_by({path.replace(".", "_"): path for path in declared})
    count = sum(map(len, rules().values()))
    told = f"# Submodels\n\nThe {count} rules of the model, each as the code computes it, with the parameters that go into it. "
    told += "Who decides, and when, stands in the phases of a week ([the model](../explanation/model.md)).\n"
    for file, inside in rules().items():
        told += f"\n## {file.capitalize()}\n"
        for rule in inside:
            takes = ", ".join(each.arg for each in rule.args.args)
            said = " ".join((ast.get_docstring(rule) or "").split())
            told += f"\n### {rule.name}\n\n{said}\n\n```python\n# {rule.name}({takes})\n{formula(rule)}\n```\n\n"
            rows = [
                (f"`{argument}`", f"`{path}`", declared[path]["default"], _range(declared[path]), declared[path]["unit"])
                + (declared[path]["meaning"], declared[path]["source"])
                for argument in [each.arg for each in rule.args.args]
                for path in sorted(paths[rule.name].get(argument, ()))
            ]
            if rows:
                told += _table(("Argument", "Parameter", "Default", "Range", "Unit", "Meaning", "Source"), rows) + "\n"
            where = ", ".join(f"`{phase}`" for phase in sorted(phases[rule.name])) or "another rule"
            told += f"Used by: {where}.\n"
    return told + steps(declared)


def steps(declared: dict[str, dict]) -> str:
    """The second part: what each phase of a week reads of the parameters by itself, function by function."""
    names = {path.replace(".", "_"): path for path in declared}
    told = "\n## Steps of a week\n\nWhat phases do between the rules, with every parameter that they read; "
    told += "their order stands in `sim/week.py`.\n"
    for file in sorted(PHASES.glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        rows = []
        for node in [each for each in tree.body if isinstance(each, ast.FunctionDef)]:
            reads = {names[each.attr] for each in ast.walk(node) if isinstance(each, ast.Attribute) and each.attr in names}
            said = " ".join((ast.get_docstring(node) or "").split())
            rows.append((f"`{node.name}`", said, ", ".join(f"`{path}`" for path in sorted(reads))))
        if rows:
            told += f"\n### phase {file.stem}\n\n{ast.get_docstring(tree)}\n\n"
            told += _table(("Step", "Does", "Reads"), rows)
    return told


OF_ENTITIES = (
    "ceo",
    "coo",
    "marketing_lead",
    "charter",
    "decisions",
    "teams",
    "events",
    "levers",
    "quarters",
    "market.right_goals",
)
"""What describes a leader, team, domain, event or goal is read as a table of all of them, not by its path."""


def unread(declared: dict[str, dict]) -> set[str]:
    """Paths of parameters of mechanisms that stand nowhere on the page: none, or a parameter does nothing."""
    shown = page()
    own = {path for path in declared if not path.startswith(OF_ENTITIES)}
    return {path for path in own if f"`{path}`" not in shown}


def _table(heads: tuple[str, ...], rows: list[tuple]) -> str:
    from docs.generated import table

    return table(heads, rows)


def _range(row: dict) -> str:
    return "" if row["low"] is None else f"{row['low']:g} to {row['high']:g}"
