"""The built extension has the hardening that the build asks for, and exports nothing else.

A flag in a build file proves nothing: a toolchain may drop it. These look at the object itself. The
one that leaves no trace there, _FORTIFY_SOURCE, is checked by tests/cpp/hardening_test.cpp.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from elftools.elf.constants import P_FLAGS
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

import pymongo_cpp._native

pytestmark = [
    pytest.mark.unsanitized(reason="is about the object of a release build"),
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="these are properties of ELF objects"
    ),
]

# What the processor takes as the landing of an indirect call.
ENDBR64 = bytes.fromhex("f30f1efa")
DF_BIND_NOW = 0x8
DF_1_NOW = 0x1


@pytest.fixture(scope="module")
def extension() -> Iterator[ELFFile]:
    path = pymongo_cpp._native.__file__
    assert path is not None
    with Path(path).open("rb") as stream:
        yield ELFFile(stream)


def dynamic_section(extension: ELFFile) -> DynamicSection:
    section = extension.get_section_by_name(".dynamic")
    assert isinstance(section, DynamicSection)
    return section


def dynamic_symbols(extension: ELFFile) -> SymbolTableSection:
    section = extension.get_section_by_name(".dynsym")
    assert isinstance(section, SymbolTableSection)
    return section


def is_defined(symbol: object) -> bool:
    return bool(symbol["st_shndx"] != "SHN_UNDEF")  # type: ignore[index]


def imported(extension: ELFFile) -> set[str]:
    return {s.name for s in dynamic_symbols(extension).iter_symbols() if not is_defined(s)}


def test_stack_is_not_executable(extension: ELFFile) -> None:
    stacks = [s for s in extension.iter_segments() if s["p_type"] == "PT_GNU_STACK"]
    assert len(stacks) == 1
    assert not stacks[0]["p_flags"] & P_FLAGS.PF_X


def test_relocations_are_read_only_after_loading(extension: ELFFile) -> None:
    assert any(s["p_type"] == "PT_GNU_RELRO" for s in extension.iter_segments())
    tags = {tag.entry.d_tag: tag.entry.d_val for tag in dynamic_section(extension).iter_tags()}
    assert "DT_BIND_NOW" in tags or tags.get("DT_FLAGS", 0) & DF_BIND_NOW
    assert tags.get("DT_FLAGS_1", 0) & DF_1_NOW


def test_functions_check_their_stack(extension: ELFFile) -> None:
    assert "__stack_chk_fail" in imported(extension)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="an instruction of x86-64")
def test_indirect_calls_land_on_a_mark(extension: ELFFile) -> None:
    (symbol,) = dynamic_symbols(extension).get_symbol_by_name("PyInit__native") or [None]
    assert symbol is not None
    (segment,) = (
        s
        for s in extension.iter_segments("PT_LOAD")
        if s["p_vaddr"] <= symbol["st_value"] < s["p_vaddr"] + s["p_filesz"]
    )
    extension.stream.seek(symbol["st_value"] - segment["p_vaddr"] + segment["p_offset"])
    assert extension.stream.read(len(ENDBR64)) == ENDBR64


def test_nothing_but_the_module_is_exported(extension: ELFFile) -> None:
    exported = {s.name for s in dynamic_symbols(extension).iter_symbols() if is_defined(s)}
    assert exported == {"PyInit__native"}


def test_needs_no_cxx_runtime_of_the_machine(extension: ELFFile) -> None:
    needed = {
        tag.needed
        for tag in dynamic_section(extension).iter_tags()
        if tag.entry.d_tag == "DT_NEEDED"
    }
    assert not any(name.startswith(("libstdc++", "libgcc_s")) for name in needed)
