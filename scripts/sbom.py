#!/usr/bin/env python3
"""Writes what the released program is made of: CycloneDX 1.5, from Cargo.lock and ui/package-lock.json.

    scripts/sbom.py OUT [CARGO]

Components are the crates that are linked into or run for `branchline` on Linux and its page on wasm32 (no
crate that only tests need), and the npm packages the page takes its styles from. The serial number and the
time are left out, so that the same lock files give the same bytes.
"""
import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The program, and the page that is embedded in it.
SIDES = [("branchline", "x86_64-unknown-linux-gnu"), ("ui", "wasm32-unknown-unknown")]


def metadata(cargo, target):
    command = [cargo, "metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", target]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def checksums():
    found = {}
    for package in (ROOT / "Cargo.lock").read_text().split("[[package]]")[1:]:
        member = dict(re.findall(r'^(name|version|checksum) = "(.*)"$', package, re.M))
        if "checksum" in member:
            found[member["name"], member["version"]] = member["checksum"]
    return found


def linked(graph, root):
    """The ids under a package, without what only tests need, and what each depends on."""
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    packages = {package["id"]: package for package in graph["packages"]}
    start = next(i for i, package in packages.items() if package["name"] == root and package["source"] is None)
    open_, edges = [start], {}
    while open_:
        at = open_.pop()
        if at in edges:
            continue
        needs = [
            dependency["pkg"]
            for dependency in nodes[at]["deps"]
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
        ]
        edges[at] = needs
        open_ += needs
    return packages, edges


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, sums):
    made = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package["license"]:
        # "/" is how "OR" was written once.
        made["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
    if package["source"] is None:
        made["description"] = "part of this repository"
    else:
        made["hashes"] = [{"alg": "SHA-256", "content": sums[package["name"], package["version"]]}]
        made["externalReferences"] = [{"type": "distribution", "url": "https://crates.io/crates/" + package["name"]}]
    return made


def of_sqlite(packages):
    """SQLite is compiled in by its crate; its own version stands in its own header."""
    crate = next(package for package in packages.values() if package["name"] == "libsqlite3-sys")
    header = (Path(crate["manifest_path"]).parent / "sqlite3/sqlite3.h").read_text()
    version = re.search(r'^#define SQLITE_VERSION +"(.*)"', header, re.M).group(1)
    made = {
        "type": "library",
        "bom-ref": f"pkg:generic/sqlite@{version}",
        "name": "sqlite",
        "version": version,
        "purl": f"pkg:generic/sqlite@{version}",
        "licenses": [{"license": {"name": "Public domain"}}],
    }
    return purl(crate), made


def of_npm():
    lock = json.loads((ROOT / "ui/package-lock.json").read_text())
    for path, package in lock["packages"].items():
        if not path or package.get("dev"):
            continue
        name = path.removeprefix("node_modules/")
        reference = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
        algorithm, content = package["integrity"].split("-", 1)
        assert algorithm == "sha512", algorithm
        yield {
            "type": "library",
            "bom-ref": reference,
            "name": name,
            "version": package["version"],
            "purl": reference,
            "licenses": [{"expression": package["license"]}],
            "hashes": [{"alg": "SHA-512", "content": base64.b64decode(content).hex()}],
        }


def main(out, cargo="cargo"):
    sums, components, depends = checksums(), {}, {}
    program = None
    for root, target in SIDES:
        packages, edges = linked(metadata(cargo, target), root)
        if root == "branchline":
            crate, sqlite = of_sqlite(packages)
        for at, needs in edges.items():
            package = packages[at]
            if root == "branchline" and package["name"] == root:
                program = package
            components[purl(package)] = component(package, sums)
            depends.setdefault(purl(package), set()).update(purl(packages[need]) for need in needs)
    npm = {made["bom-ref"]: made for made in of_npm()}
    components.update(npm)
    depends.update({reference: set() for reference in npm})
    components[sqlite["bom-ref"]] = sqlite
    depends[crate].add(sqlite["bom-ref"])
    depends[sqlite["bom-ref"]] = set()
    # The page is embedded in the program.
    page = next(reference for reference in components if reference.startswith("pkg:cargo/ui@"))
    depends[purl(program)].add(page)
    depends[page].update(npm)
    root = components.pop(purl(program))
    root["type"] = "application"
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": root},
        "components": [components[reference] for reference in sorted(components)],
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(depends[reference])} for reference in sorted(depends)
        ],
    }
    text = json.dumps(bom, indent=1, ensure_ascii=False) + "\n"
    Path(out).write_text(text)
    print(f"{len(components)} components, sha256 {hashlib.sha256(text.encode()).hexdigest()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
