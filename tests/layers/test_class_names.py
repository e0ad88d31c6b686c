"""One word, one meaning: a class's name is used once in the package, in the benchmarks and in the training."""

import ast

from tests.layers.reading import beside_files, module_of, package_files, tree_of


def test_class_names_are_unique() -> None:
    where: dict[str, list[str]] = {}
    for path in package_files() + beside_files():
        for node in ast.walk(tree_of(path)):
            # A name with a leading underscore is its module's own business.
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where.setdefault(node.name, []).append(module_of(path))
    twice = {name: modules for name, modules in where.items() if len(modules) > 1}
    assert not twice, f"class names used more than once: {twice}"
