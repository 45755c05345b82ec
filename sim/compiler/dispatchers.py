"""When numba compiles: one copy of a function, for whoever asks for it, and machine code only when Python calls it."""

import contextlib
import functools
import gc
import threading
from collections.abc import Iterator
from typing import Any

import numba
from numba.core.compiler import compile_result
from numba.core.compiler_lock import global_compiler_lock
from numba.core.sigutils import normalize_signature

from tandem.sim.compiler.fits import Need, Patch
from tandem.sim.compiler.libraries import FOR_LINKING, Public


def one_copy(dispatcher: Any) -> Any:
    """The same function, compiled once for integers rather than once for each constant it is called with.

    Numba types a constant argument as a literal of its own and compiles a copy for it: four times the work here.
    """
    template, compile_for = dispatcher.get_call_template, dispatcher.compile

    def unliteral(args: Any, kws: Any) -> Any:
        words = {name: numba.types.unliteral(kind) for name, kind in kws.items()}
        before, _asking.code = asked_by_code(), True
        try:
            return template(tuple(numba.types.unliteral(kind) for kind in args), words)
        finally:
            _asking.code = before

    def compile_uninterrupted(signature: Any) -> Any:
        with collector_paused():
            return compile_for(signature)

    dispatcher.get_call_template, dispatcher.compile = unliteral, compile_uninterrupted
    return dispatcher


_asking = threading.local()


def asked_by_code() -> bool:
    """Whether this thread compiles a function because other compiled code calls it; else Python does."""
    return getattr(_asking, "code", False)


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Compile without the garbage collector: it takes an eighth of the time and finds next to nothing."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def executable_when_called(dispatcher: Any) -> Any:
    """The same phase, made machine code when Python first calls it: a kernel needs its code alone.

    Both are kept on disk: code for linking first, and in its place, once it was called, machine code beside it.
    """
    compile_for, add_overload, cache = dispatcher.compile, dispatcher.add_overload, dispatcher._cache
    kept = getattr(cache, "_impl", None)  # none where nothing can be written
    rebuild: Any = kept.rebuild if kept is not None else None

    def compile_for_caller(signature: Any) -> Any:
        entry = compile_for(signature)
        if asked_by_code():
            return entry
        with global_compiler_lock:
            found = dispatcher.overloads[tuple(normalize_signature(signature)[0])]
            if found.library.executable:
                return found.entry_point
            found.library.make_executable()
            entry = found.target_context.get_executable(found.library, found.fndesc, found.environment)
            found = found._replace(entry_point=entry)
            # for code that is compiled from now on
            found.target_context.insert_user_function(entry, found.fndesc, [found.library])
            add(found)
            cache.save_overload(signature, found)
            return entry

    def add(found: Any) -> None:
        if found.library.executable:
            add_overload(found)  # from now on a call from Python goes straight there
        else:
            dispatcher.overloads[tuple(found.signature.args)] = found

    def read(target: Any, payload: Any) -> Any:
        (name, kind, data), description, environment, signature, object_mode, lifted, annotation, reload, environments = payload
        if kind != FOR_LINKING:
            found = rebuild(target, payload)
            found.library.executable = True
            return found
        library = Public.read(target.codegen(), name, data)
        return compile_result(
            typing_context=target.typing_context,
            target_context=target,
            library=library,
            environment=environment,
            entry_point=target.get_executable(library, description, environment),
            fndesc=description,
            type_annotation=annotation,
            signature=signature,
            objectmode=object_mode,
            lifted=lifted,
            reload_init=reload,
            referenced_envs=environments,
        )

    dispatcher.compile, dispatcher.add_overload = compile_for_caller, add
    if kept is not None:
        kept.rebuild = read
    return dispatcher


def compiled_anew_when_called(dispatcher: Any, function: Any) -> Any:
    """The same rule, for Python too: compiled once more by itself when Python first calls it, which few do but tests."""
    compile_for = dispatcher.compile

    @functools.cache
    def alone() -> Any:
        njit: Any = numba.njit
        return njit(error_model="numpy", no_cfunc_wrapper=True)(function)

    def compile_for_caller(signature: Any) -> Any:
        if asked_by_code():
            return compile_for(signature)
        entry = alone().compile(signature)
        dispatcher._insert([kind._code for kind in normalize_signature(signature)[0]], entry, False)
        return entry

    def add(found: Any) -> None:
        dispatcher.overloads[tuple(found.signature.args)] = found  # for code alone: it has no entry from Python

    dispatcher.compile, dispatcher.add_overload = compile_for_caller, add
    return dispatcher


DISPATCHER = "numba.core.dispatcher:Dispatcher"
PATCHES = (
    Patch(
        "one copy",
        "0.68",
        (
            Need(f"{DISPATCHER}.get_call_template", ("args", "kws")),
            Need(f"{DISPATCHER}.compile", ("sig",)),
            Need("numba:types.unliteral", ("lit_type",)),
        ),
    ),
    Patch(
        "machine code when called",
        "0.68",
        (
            Need(f"{DISPATCHER}.compile", ("sig",), ("overloads", "load_overload", "add_overload", "save_overload")),
            Need(f"{DISPATCHER}.add_overload", ("cres",)),
            Need("numba.core.caching:CompileResultCacheImpl.rebuild", ("target_context", "payload")),
            Need("numba.core.caching:FunctionCache.save_overload", ("sig", "data")),
            Need(
                "numba.core.compiler:CompileResult._rebuild",
                (
                    "target_context",
                    "libdata",
                    "fndesc",
                    "env",
                    "signature",
                    "objectmode",
                    "lifted",
                    "typeann",
                    "reload_init",
                    "referenced_envs",
                ),
            ),
            Need("numba.core.cpu:CPUContext.get_executable", ("library", "fndesc", "env"), ("get_pointer_to_function",)),
            Need("numba.core.cpu:CPUContext.insert_user_function", ("func", "fndesc", "libs")),
        ),
    ),
    Patch(
        "compiled anew when called",
        "0.68",
        (
            Need(f"{DISPATCHER}.compile", ("sig",)),
            Need(f"{DISPATCHER}.add_overload", ("cres",)),
            Need(f"{DISPATCHER}._insert"),
        ),
    ),
)
