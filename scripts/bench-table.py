#!/usr/bin/env python3
"""Puts the figures of target/bench/figures.jsonl between the README's markers."""
import json
import os
import sys

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:g}"


def main(figures, readme):
    rows = ["| figure | value | against | ratio | goal | |", "|---|---|---|---|---|---|"]
    for line in open(figures, encoding="utf-8"):
        figure = json.loads(line)
        value = f'{number(figure["value"])} {figure["unit"]}'.strip()
        against = figure["against"]
        if against is None:
            rows.append(f'| {figure["figure"]} | {value} | | | | |')
            continue
        held = f'{against["what"]}: {number(against["value"])}'
        outcome = against["outcome"]
        ratio = number(figure["ratio"])
        rows.append(f'| {figure["figure"]} | {value} | {held} | {ratio} | {against["goal"]} | {outcome} |')
    rows += ["", f"On {os.cpu_count()} processors; medians, the sides taking turns in one run."]
    text = open(readme, encoding="utf-8").read()
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    with open(readme, "w", encoding="utf-8") as out:
        out.write(f"{head}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{tail}")


if __name__ == "__main__":
    main(*sys.argv[1:])
