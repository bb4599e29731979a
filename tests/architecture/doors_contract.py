"""The import contract of doors: one context imports another only by the modules that are its door."""

from __future__ import annotations

from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Every import between contexts of `package` must end in one of `doors`, or in `named_doors` (context.module).

    `open` contexts have no inside. The `composer` plugs contexts together and may also enter by `composer_doors`.
    """

    type_name = "doors"

    package = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())
    named_doors = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    open = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    composer = fields.StringField()
    composer_doors = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Kept when no import climbs through a window."""
        windows = sorted(
            (importer, imported, place["line_number"])
            for importer in graph.find_descendants(str(self.package))
            for imported in graph.find_modules_directly_imported_by(importer)
            if self._is_window(importer, imported)
            for place in graph.get_import_details(importer=importer, imported=imported)
        )
        return ContractCheck(kept=not windows, metadata={"windows": windows})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which import enters where no door is."""
        for importer, imported, line in check.metadata["windows"]:
            output.print_error(f"{importer} line {line} imports {imported}, which is not a door")

    def _is_window(self, importer: str, imported: str) -> bool:
        home, target = importer.split(".")[1:2], imported.split(".")
        if home == ["__main__"]:
            return False  # starts the program, belongs to no context
        if target[0] != _text(self.package) or len(target) < 2 or not home:
            return False
        context, inside = target[1], target[2:]
        if context == home[0] or context in _words(self.open) or ".".join(target[1:3]) in _words(self.named_doors):
            return False
        composing = home[0] == _text(self.composer)
        allowed = _words(self.doors) | (_words(self.composer_doors) if composing else set())
        return not inside or inside[0] not in allowed


def _words(field: Any) -> set[str]:
    return {str(word) for word in field}


def _text(field: Any) -> str:
    return str(field)
