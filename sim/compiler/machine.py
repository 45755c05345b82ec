"""LLVM: text in, machine code out, and machine code into this process."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from typing import Any

import llvmlite.binding as llvm

LOCK = threading.RLock()
"""LLVM is asked by one thread at a time."""
OPTIMISED = 3


@functools.cache
def _ready() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple()


@functools.cache
def here() -> tuple[str, str]:
    """This processor: its name and its features, as LLVM tells them."""
    _ready()
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


LEVELS = {"x86-64-v3": "avx2 bmi bmi2 f16c fma lzcnt movbe", "x86-64-v2": "sse4.2 ssse3 popcnt cx16"}
"""What a wheel holds code for, the best first, with the features that the least of its processors has."""


def usual() -> dict[str, tuple[str, str]]:
    """Processors of this machine's kind for which a wheel holds code, by the name of its file."""
    system = llvm.get_default_triple()
    levels = tuple(LEVELS) if system.startswith("x86_64") else ("generic",)
    return {f"{system}-{level}": (level, "") for level in levels}


def levels() -> list[str]:
    """Those of them whose code runs here, the best first."""
    here_are = {feature[1:] for feature in here()[1].split(",") if feature.startswith("+")}
    return [name for name, (level, _) in usual().items() if set(LEVELS.get(level, "").split()) <= here_are]


def machine(processor: tuple[str, str]) -> Any:
    """What makes code for a processor."""
    name, features = processor
    return _ready().create_target_machine(cpu=name, features=features, opt=OPTIMISED, reloc="pic", codemodel="small")


def object_code(text: str, processor: tuple[str, str]) -> bytes:
    """Translate LLVM's text into object code. No fast maths: an operation rounds as written."""
    with LOCK:
        target = machine(processor)
        module = llvm.parse_assembly(text)
        module.triple = target.triple
        module.data_layout = str(target.target_data)
        module.verify()
        chosen = llvm.create_pipeline_tuning_options(speed_level=OPTIMISED)
        chosen.loop_vectorization = False  # loops over a few teams or leaders: vectors cost more than they give, 1.02 times
        builder = llvm.create_pass_builder(target, chosen)
        builder.getModulePassManager().run(module, builder)
        return bytes(target.emit_object(module))


@functools.cache
def _linker() -> Any:
    _ready()
    return llvm.create_lljit_compiler(machine(here()), use_jit_link=False)


def addresses(name: str, code: bytes, imports: Mapping[str, int], wanted: list[str]) -> tuple[dict[str, int], Any]:
    """Load object code; where each wanted symbol lies, and what must be kept for as long as they are used."""
    with LOCK:
        library = llvm.JITLibraryBuilder().add_object_img(code).add_current_process()
        for symbol, address in imports.items():
            library.import_symbol(symbol, address)
        for symbol in wanted:
            library.export_symbol(symbol)
        tracker = library.link(_linker(), name)
        return {symbol: tracker[symbol] for symbol in wanted}, tracker
