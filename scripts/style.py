#!/usr/bin/env python3
"""PatternFly's style sheet with what the page uses of it, and no more: scripts/style.py OUT

The parts that are named below, without comments and needless blanks; of their rules those whose
classes stand somewhere in the page's source, and of their thousands of variables those that
something refers to. So a class is written out in full wherever it is given, and a component that
the page begins to use has to be named here: without that nothing is built.
"""
import re
import sys
from pathlib import Path

UI = Path(__file__).resolve().parent.parent / "ui"
PATTERNFLY = UI / "node_modules/@patternfly/patternfly"
# In PatternFly's own order.
BASE = ["patternfly-base.css"]
COMPONENTS = {
    "alert": "Alert/alert.css",
    "alert-group": "Alert/alert-group.css",
    "breadcrumb": "Breadcrumb/breadcrumb.css",
    "button": "Button/button.css",
    "check": "Check/check.css",
    "empty-state": "EmptyState/empty-state.css",
    "form": "Form/form.css",
    "form-control": "FormControl/form-control.css",
    "helper-text": "HelperText/helper-text.css",
    "label": "Label/label.css",
    "radio": "Radio/radio.css",
    "skeleton": "Skeleton/skeleton.css",
    "table": "Table/table.css",
    "tabs": "Tabs/tabs.css",
    "title": "Title/title.css",
}


def statements(css):
    """Pieces of CSS: `{`, `}`, and what stands between them, whatever quotes and brackets hold."""
    piece, quote, depth = "", "", 0
    for sign in css:
        piece += sign
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif depth == 0 and sign in "{};":
            yield piece
            piece = ""
    if piece.strip():
        yield piece


def tight(css):
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css)


def without_unused_classes(css, page):
    """Leaves out rules all of whose selectors want a class of PatternFly's that the page never
    gives: other themes, kinds of buttons and tables it does not have."""
    given = set(re.findall(r"[\w-]+", page))

    def wanted(selector):
        # What must not be there, or may be, is no condition.
        without = re.sub(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)", "", selector)
        return all(name in given for name in re.findall(r"\.((?:pf|fa)[\w-]*)", without))

    kept, dropped_at, depth = [], None, 0
    for piece in statements(css):
        if piece.endswith("{"):
            if dropped_at is None and not piece.lstrip().startswith("@"):
                selectors = re.split(r",(?![^()]*\))", piece[:-1])
                left = [selector for selector in selectors if wanted(selector)]
                if left:
                    piece = ",".join(left) + "{"
                else:
                    dropped_at = depth
            depth += 1
        if dropped_at is None:
            kept.append(piece)
        if piece.endswith("}"):
            depth -= 1
            if dropped_at == depth:
                dropped_at = None
    return "".join(kept)


DECLARED = re.compile(r"\s*(--[\w-]+):")
REFERRED = re.compile(r"var\(\s*(--[\w-]+)")


def without_unused_variables(css, page):
    """Leaves out declarations nothing refers to, and those only they referred to in turn."""
    named = set(re.findall(r"--pf-[\w-]+", page))
    pieces = list(statements(css))
    while True:
        referred = set(named)
        for piece in pieces:
            referred.update(REFERRED.findall(piece))
        kept = []
        for piece in pieces:
            declared = DECLARED.match(piece)
            if not declared or declared.group(1) in referred:
                kept.append(piece)
            elif piece.endswith("}"):
                # The last of a block may do without a semicolon.
                kept.append("}")
        if len(kept) == len(pieces) and kept == pieces:
            break
        pieces = kept
    css = "".join(pieces)
    while (shorter := re.sub(r"(?<=[{};])[^{};]+\{\}", "", css)) != css:
        css = shorter
    return css


def main(out):
    page = "".join(
        path.read_text(encoding="utf-8")
        for folder, ending in [("src", "*.rs"), ("styles", "*.css")]
        for path in sorted((UI / folder).rglob(ending))
    ) + (UI / "boot.js").read_text(encoding="utf-8")
    used = {re.split("__|--", name)[0] for name in re.findall(r"pf-v6-c-([a-z][a-z_-]*[a-z])", page)}
    missing = sorted(used - COMPONENTS.keys())
    if missing:
        sys.exit(f"scripts/style.py does not know these components of the page: {', '.join(missing)}")
    parts = BASE + [f"components/{path}" for path in COMPONENTS.values()]
    css = "".join((PATTERNFLY / part).read_text(encoding="utf-8") for part in parts)
    # All of it lies beside the folder of the fonts.
    css = re.sub(r"url\((['\"]?)(?:\.\.?/)+assets/", r"url(\1./assets/", css)
    css = without_unused_variables(without_unused_classes(tight(css), page), page)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    Path(out).write_text(css, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
