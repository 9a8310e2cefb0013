#!/usr/bin/python3
"""Redbed, RocksDB and LevelDB under the same workloads, and the medians.

Each engine runs in a process and a directory of its own; the rounds go in turn
(A B C A B C ...), so that what slows the machine for a while slows all. In the
end there are, in the folder of --out:

  results.jsonl   every measurement, as redbed-bench printed it
  table.md        the medians, also printed
  plot.svg        the same as bars

Begun by tools/redbed-bench, which builds first.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from html import escape

# Key in the JSON, heading, format, and whether more is better.
METRICS = [
    ("per_second", "operations/s", "{:,.0f}", True),
    ("p50_us", "p50 us", "{:,.1f}", False),
    ("p99_us", "p99 us", "{:,.1f}", False),
    ("p999_us", "p99.9 us", "{:,.1f}", False),
    ("cpu_us", "CPU us/op", "{:,.2f}", False),
    ("written_per_user_byte", "written/user byte", "{:,.2f}", False),
    ("disk_per_user_byte", "disk/user byte", "{:,.2f}", False),
    ("memory_bytes", "memory MiB", "{:,.0f}", False),
]
COLORS = {"redbed": "#c0392b", "rocksdb": "#7f8c8d", "leveldb": "#2980b9"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", required=True, help="redbed-bench")
    parser.add_argument("--out", default="bench-results")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", help="default: all that it was built with")
    parser.add_argument("--scratch", help="where the stores are made")
    arguments, passed_on = parser.parse_known_args()
    if arguments.rounds < 1:
        parser.error("--rounds: at least one")
    return arguments, passed_on


def measure(arguments, passed_on, engine):
    """The objects of one process, which ends the program if it fails."""
    directory = tempfile.mkdtemp(prefix="redbed-bench-", dir=arguments.scratch)
    try:
        done = subprocess.run(
            [arguments.program, "--engine", engine, "--directory", directory,
             *passed_on], stdout=subprocess.PIPE, text=True)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if done.returncode != 0:
        sys.exit(f"redbed-bench of {engine} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def medians(results):
    """{workload: {engine: {metric: median}}}, in the order of running."""
    gathered = {}
    for row in results:
        by_engine = gathered.setdefault(row["workload"], {})
        by_engine.setdefault(row["engine"], []).append(row)
    return {workload: {engine: {key: statistics.median(row[key] for row in rows)
                                for key, *_ in METRICS}
                       for engine, rows in by_engine.items()}
            for workload, by_engine in gathered.items()}


def shown(key, form, value):
    if key == "memory_bytes":
        value /= 1 << 20
    return form.format(value)


def table(found):
    lines = ["| workload | engine | " + " | ".join(m[1] for m in METRICS) + " |",
             "|---|---|" + "--:|" * len(METRICS)]
    for workload, by_engine in found.items():
        for engine, values in by_engine.items():
            cells = [shown(key, form, values[key])
                     for key, _, form, _ in METRICS]
            lines.append(f"| {workload} | {engine} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def plot(found, title):
    """A panel for each metric, a group of bars for each workload; each group
    against its own longest bar, because workloads differ a thousandfold."""
    bar, gap, width, label = 11, 9, 300, 120
    engines = list(dict.fromkeys(e for by in found.values() for e in by))
    group = bar * len(engines) + gap
    panel_height = group * len(found) + 50
    columns = 2
    rows = -(-len(METRICS) // columns)
    panel_width = label + width + 110
    total = (columns * panel_width + 20, rows * panel_height + 60)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{total[0]}" '
           f'height="{total[1]}" font-family="sans-serif" font-size="10">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="10" y="20" font-size="14">{escape(title)}</text>']
    for i, engine in enumerate(engines):
        x = 10 + 90 * i
        out.append(f'<rect x="{x}" y="30" width="10" height="10" '
                   f'fill="{COLORS.get(engine, "black")}"/>'
                   f'<text x="{x + 14}" y="39">{escape(engine)}</text>')
    for number, (key, heading, form, more) in enumerate(METRICS):
        left = 10 + number % columns * panel_width
        top = 60 + number // columns * panel_height
        better = "more is better" if more else "less is better"
        out.append(f'<text x="{left}" y="{top}" font-weight="bold">{heading} '
                   f'({better})</text>')
        for row, (workload, by_engine) in enumerate(found.items()):
            y = top + 12 + row * group
            longest = max(v[key] for v in by_engine.values()) or 1
            out.append(f'<text x="{left}" y="{y + bar}">{escape(workload)}'
                       '</text>')
            for i, engine in enumerate(engines):
                if engine not in by_engine:
                    continue
                value = by_engine[engine][key]
                length = width * value / longest
                out.append(
                    f'<rect x="{left + label}" y="{y + i * bar}" '
                    f'width="{length:.1f}" height="{bar - 2}" '
                    f'fill="{COLORS.get(engine, "black")}"/>'
                    f'<text x="{left + label + length + 4:.1f}" '
                    f'y="{y + i * bar + 8}" font-size="9">'
                    f'{shown(key, form, value)}</text>')
    return "\n".join(out) + "\n</svg>\n"


def main():
    arguments, passed_on = parse_arguments()
    engines = (arguments.engines.split(",") if arguments.engines else
               subprocess.run([arguments.program, "--list"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout.split())
    os.makedirs(arguments.out, exist_ok=True)
    results = []
    path = os.path.join(arguments.out, "results.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        for number in range(arguments.rounds):
            for engine in engines:
                print(f"round {number + 1} of {arguments.rounds}: {engine}",
                      file=sys.stderr)
                for row in measure(arguments, passed_on, engine):
                    results.append(row)
                    file.write(json.dumps(row) + "\n")
                file.flush()
    found = medians(results)
    text = table(found)
    first = results[0]
    title = (f"{first['keys']:,} keys, values of {first['value_bytes']} bytes, "
             f"{first['memory_budget_bytes'] >> 20} MiB, "
             f"{first['threads']} threads; medians of {arguments.rounds}")
    for name, content in (("table.md", title + "\n\n" + text),
                          ("plot.svg", plot(found, title))):
        with open(os.path.join(arguments.out, name), "w",
                  encoding="utf-8") as file:
            file.write(content)
    print(text, end="")


if __name__ == "__main__":
    main()
