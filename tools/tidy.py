#!/usr/bin/env python3
"""The rules of this code base that no compiler checks. Ends with "N passed, N failed".

Sizes: a file has at most 800 lines, a function 70, a line 100 columns.
Layers: a file includes only what its folder's CMakeLists.txt names in USES (and what those use).
The page (web/): colours are those of theme.css, and nothing makes markup or code from text; its
lock names each platform's packages.
Headers: begin with a comment, have #pragma once. No TODO, no file that no CMakeLists.txt names.
"""

import ast
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
# There Biome breaks lines; what it leaves longer is a text or an expression that must be. Comments
# it leaves alone.
FORMATTED = (".ts", ".tsx", ".css")
CONTROL = re.compile(
    r"^\s*(\}\s*)?(else\b|do\b|try\b)|\b(if|for|while|switch|catch)\s*(constexpr\s*)?\("
)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
FUNCTION_TAIL = re.compile(
    r"\)\s*(const|noexcept(\([^()]*\))?|override|final|mutable|&&?|->\s*[\w:<>,\s*&]+"
    r"|requires\b.*|:.*)*\s*$",
    re.S,
)


def tracked(*patterns):
    out = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / line for line in out.splitlines() if (ROOT / line).is_file()]


def blank_out(text):
    """Comments, string and character literals become spaces; the line structure stays."""
    pattern = re.compile(
        r'R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'
        r"(?<![0-9a-zA-Z])'(?:\\.|[^'\\\n])+'",
        re.S,
    )
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def functions(text):
    """(name-ish head, first line, last line) of every function body outside other functions."""
    clean = re.sub(
        r"(?m)^\s*#[^\n]*(\\\n[^\n]*)*", lambda m: re.sub(r"[^\n]", " ", m.group()), blank_out(text)
    )
    stack, head_start = [], 0
    for at, char in enumerate(clean):
        if char == ";" and "(" not in clean[head_start:at].replace(")", ""):
            head_start = at + 1
        elif char == ";":
            if clean[head_start:at].count("(") <= clean[head_start:at].count(")"):
                head_start = at + 1
        elif char == "{":
            head = clean[head_start:at]
            inside = any(kind == "function" for kind, _, _ in stack)
            if not inside and FUNCTION_TAIL.search(head) and not CONTROL.search(head):
                kind = "function"
            elif not inside and SCOPE.search(head):
                kind = "scope"
            else:
                kind = "other"
            stack.append((kind, head.strip(), at))
            head_start = at + 1
        elif char == "}" and stack:
            kind, head, opened = stack.pop()
            if kind == "function":
                yield head, clean.count("\n", 0, opened) + 1, clean.count("\n", 0, at) + 1
            head_start = at + 1


def check_sizes(path, text, complain):
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        complain(path, 1, f"{len(lines)} lines, at most {FILE_LINES_MAX}")
    for number, line in enumerate(lines, 1):
        formatted = path.suffix in FORMATTED and not re.match(r"\s*(//|/?\*|\{/\*)", line)
        if len(line) > COLUMNS_MAX and "http" not in line and not formatted:
            complain(path, number, f"{len(line)} columns, at most {COLUMNS_MAX}")
        if re.search(r"\b(TODO|FIXME|XXX)\b", line) and path.name != "tidy.py":
            complain(path, number, "no TODO: open an issue")


def check_cpp(path, text, complain):
    for head, first, last in functions(text):
        if last - first + 1 > FUNCTION_LINES_MAX:
            name = re.sub(r"\s+", " ", head)[-60:]
            complain(
                path,
                first,
                f"function of {last - first + 1} lines, at most {FUNCTION_LINES_MAX}: {name}",
            )
    if path.suffix == ".h":
        if not text.startswith("//"):
            complain(path, 1, "a header begins with a comment that says what it is")
        if "#pragma once" not in text:
            complain(path, 1, "no #pragma once")


def check_coroutines(path, text, complain):
    """g++ 12 loses the awaiter of a co_await in a condition (see net/task.h)."""
    for found in re.finditer(
        r"\b(if|while|switch)\s*\((?:[^(){};]|\([^(){};]*\))*?\bco_await\b", blank_out(text)
    ):
        complain(
            path,
            text.count("\n", 0, found.start()) + 1,
            "co_await in a condition: name its value first",
        )


def check_python(path, text, complain):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            size = node.end_lineno - node.lineno + 1
            if size > FUNCTION_LINES_MAX:
                complain(
                    path,
                    node.lineno,
                    f"function of {size} lines, at most {FUNCTION_LINES_MAX}: {node.name}",
                )


# A colour by itself, where a token of web/src/theme.css is wanted; black makes shadows. Looked for
# in TypeScript within quotes alone, since `#name` is a private member there.
COLOUR = re.compile(
    r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b(?![-\w])|\b(?:rgb|hsl)a?\((?!0 0 0 /)"
)
PALETTES = ("web/src/theme.css", "web/src/chart/palette.ts")


def check_page(path, text, complain):
    """What Biome (web/biome.json) does not check in the console's sources."""
    free = path.relative_to(ROOT).as_posix() in PALETTES or ".test." in path.name
    code = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)
    for number, line in enumerate(code.splitlines(), 1):
        parts = [line] if path.suffix == ".css" else re.findall(r"[\"'`][^\"'`]*[\"'`]", line)
        if not free and any(COLOUR.search(part) for part in parts):
            complain(path, number, "a colour: want a token of web/src/theme.css")
        if re.search(r"\binnerHTML\b|\bdangerouslySetInnerHTML\b|\beval\(", line):
            complain(path, number, "markup and code from text are forbidden")


def check_lock(path, complain):
    """npm drops in silence what its registry lacks; npm 11 then refuses the lock."""
    packages = json.loads(path.read_text())["packages"]
    for parent, package in packages.items():
        for name in package.get("optionalDependencies", {}):
            if f"node_modules/{name}" not in packages:
                complain(path, 1, f"{parent}: no {name}; want a version that is there for all")


def read_targets():
    """folder under src/ -> set of folders it may use, from every tributary_library call."""
    uses, owners = {}, {}
    for cmake in (ROOT / "src").rglob("CMakeLists.txt"):
        for call in re.finditer(
            r"tributary_library\(\s*([\w/]+)(.*?)\)\s*(?=\n|$)", cmake.read_text(), re.S
        ):
            name, words, section, listed = call[1], call[2].split(), None, {}
            for word in words:
                if word in ("SOURCES", "TESTS", "USES", "LIBS", "TEST_USES", "TEST_LIBS"):
                    section = word
                else:
                    listed.setdefault(section, []).append(word)
            uses[name] = set(listed.get("USES", []))
            uses[name + "#test"] = set(listed.get("TEST_USES", []))
            for source in listed.get("SOURCES", []) + listed.get("TESTS", []):
                owners[(cmake.parent / source).resolve()] = name
    return uses, owners


def closure(name, uses):
    seen, todo = set(), [name]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(uses.get(one, ()))
    return seen


def check_layers(complain):
    uses, owners = read_targets()
    folders = sorted((n for n in uses if "#" not in n), key=len, reverse=True)

    def folder_of(relative):
        return next((f for f in folders if relative.startswith(f + "/")), None)

    for path in tracked("src/*.h", "src/*.cc", "src/**/*.h", "src/**/*.cc"):
        relative = path.relative_to(ROOT / "src").as_posix()
        mine = folder_of(relative)
        if path.suffix == ".cc" and path.resolve() not in owners:
            complain(path, 1, "no CMakeLists.txt names this file")
        allowed = closure(mine, uses) if mine else set()
        if path.name.endswith("_test.cc") and mine:
            for extra in uses.get(mine + "#test", ()):
                allowed |= closure(extra, uses)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            included = re.match(r'#include "([^"]+)"', line)
            if not included:
                continue
            theirs = folder_of(included[1])
            if not (ROOT / "src" / included[1]).exists():
                complain(path, number, f"includes {included[1]}, which does not exist")
            elif theirs not in allowed:
                complain(
                    path,
                    number,
                    f"{mine} includes {included[1]}, but does not name {theirs} in USES",
                )
    walls = {
        "tsdb": {"base", "model"},
        "promql": {"base", "model"},
        "base": set(),
        "model": {"base"},
    }
    for name, wall in walls.items():
        for extra in sorted(uses.get(name, set()) - wall):
            complain(
                ROOT / "src" / name / "CMakeLists.txt",
                1,
                f"{name} may use {sorted(wall)} alone, not {extra}",
            )
    for name in folders:
        top = name.split("/")[0]
        for used in closure(name, uses) - {name}:
            if top in ("collector", "hub", "lab") and used.split("/")[0] in {
                "collector",
                "hub",
                "lab",
            } - {top}:
                complain(ROOT / "src" / name / "CMakeLists.txt", 1, f"{name} may not use {used}")


def main():
    problems = []

    def complain(path, line, text):
        problems.append(f"{path.relative_to(ROOT)}:{line}: {text}")

    page = tracked("web/*.ts", "web/*.tsx", "web/*.css", "web/*.mjs")
    files = page + tracked("*.h", "*.cc", "*.py", "tools/*", ".ci/run")
    for path in files:
        text = path.read_text(errors="replace")
        check_sizes(path, text, complain)
        if path in page:
            check_page(path, text, complain)
        elif path.suffix in (".h", ".cc"):
            check_cpp(path, text, complain)
            check_coroutines(path, text, complain)
        elif path.suffix == ".py" or text.startswith("#!/usr/bin/env python3"):
            check_python(path, text, complain)
    check_lock(ROOT / "web/package-lock.json", complain)
    check_layers(complain)
    for problem in problems:
        print(problem)
    print(f"{len(files)} passed, 0 failed" if not problems else f"0 passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
