"""Everything the project asks of the compiler: the only file that imports numba.

The decorator tells the reader the contract.

* A *rule* takes numbers and returns numbers. It is inlined into its callers.
* A *phase* reads records, calls rules, writes records; it becomes machine code when Python first calls it. A *part* is a piece
  of one that only compiled code calls.
* A *sequence* is a phase that only calls phases. It is inlined into its callers.
* A *kernel* is an entry from Python: one whole program, optimised as such. It releases the interpreter lock, so that
  `in_threads` can play chunks of rows side by side.

The laws that keep compiled, interpreted, serial and parallel results equal bit for bit:

* `math.exp`, never `np.exp`; `x * x`, never `x ** 2`: NumPy's scalars round differently.
* No fast maths, and no sum across threads: each run writes its own row, Python adds up later.
* Kernels never raise. Guard what interpreted `math` refuses and compiled `math` does not
  (`log(0)`, `sqrt(-1)`, an overflowing `exp`, a division by zero); check before, set a code after.
* No allocation per week, no `min`/`max` in hot rules (a ternary is faster), and counter words
  go through `streams.word`, never through mixed signed and unsigned arithmetic.

Compiled code is kept in a folder named by a digest of the source below (`sim/code_cache.py`).
`NUMBA_DISABLE_JIT=1` turns the compiler off: the same numbers, some hundred times slower.
"""

import contextlib
import functools
import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import llvmlite.binding
import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, compile_result
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import AnalysisPass, register_pass
from numba.core.sigutils import normalize_signature
from numba.core.targetconfig import TargetConfig
from numba.core.untyped_passes import TranslateByteCode
from numba.extending import intrinsic

from tandem.sim.code_cache import prepared_cache_folder

__all__ = [
    "COMPILED",
    "as_records",
    "cache_folder",
    "cache_is_cold",
    "copy_record",
    "in_threads",
    "kernel",
    "multiply_wide",
    "odd_ratios",
    "part",
    "phase",
    "records",
    "rule",
    "sequence",
    "set_threads",
]

F = TypeVar("F", bound=Callable[..., Any])

settings: Any = numba.config
COMPILED: bool = not settings.DISABLE_JIT
"""False when `NUMBA_DISABLE_JIT=1`: the same functions then run as plain Python."""


# -- the cache ---------------------------------------------------------------------------------


_FOLDER = prepared_cache_folder(Path(__file__).resolve().parent) if COMPILED else None


def cache_folder() -> Path | None:
    """Where this source's compiled code is kept; None when the compiler is off."""
    return _FOLDER


def cache_is_cold(entry: str = "") -> bool:
    """Whether nothing has been compiled from this source yet, or not the kernel of this name, so that a first call takes
    its time: for the drivers, which then say so."""
    return _FOLDER is not None and next(_FOLDER.rglob(f"*.{entry}-*.nbi" if entry else "*.nbi"), None) is None


@contextlib.contextmanager
def _our_cache() -> Iterator[None]:
    """Numba picks a function's folder when it is decorated; other libraries' choice stays theirs."""
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(_FOLDER)
    try:
        yield
    finally:
        settings.CACHE_DIR = before


# -- the decorators ----------------------------------------------------------------------------


def _compiled(function: F, **options: Any) -> F:
    if not COMPILED:
        return function
    njit: Any = numba.njit  # its annotations lack some options
    with _our_cache():
        return _one_copy(njit(error_model="numpy", no_cfunc_wrapper=True, **options)(function))


def _one_copy(dispatcher: Any) -> Any:
    """The same function, compiled once for integers rather than once for each constant it is called with.

    Numba types a constant argument as a literal of its own and compiles a copy for it: four times the work here.
    """
    template, compile_for = dispatcher.get_call_template, dispatcher.compile

    def unliteral(args: Any, kws: Any) -> Any:
        words = {name: numba.types.unliteral(kind) for name, kind in kws.items()}
        before, _asking.code = _asked_by_code(), True
        try:
            return template(tuple(numba.types.unliteral(kind) for kind in args), words)
        finally:
            _asking.code = before

    def compile_uninterrupted(signature: Any) -> Any:
        with _collector_paused():
            return compile_for(signature)

    dispatcher.get_call_template, dispatcher.compile = unliteral, compile_uninterrupted
    return dispatcher


_asking = threading.local()


def _asked_by_code() -> bool:
    """Whether this thread compiles a function because other compiled code calls it; else Python does."""
    return getattr(_asking, "code", False)


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Compile without the garbage collector: it takes an eighth of the time and finds next to nothing."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _OnceOptimised(JITCodeLibrary):
    """Code that is optimised once: numba goes over a module twice for the sake of reference counts, and here there are none."""

    def _optimize_final_module(self) -> None:
        passes, builder = self._codegen._module_pass_manager()
        passes.run(self._final_module, builder)


class _Ingredient(_OnceOptimised):
    """The code of a part, which other compiled code takes in: not optimised, since whoever takes it in sees more, and not
    machine code."""

    executable = False

    def _optimize_final_module(self) -> None:
        """Left to whoever takes it in."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        return super().get_pointer_to_function(name) if self.executable else 0

    @property
    def codegen(self) -> Any:
        return self._codegen if self.executable else self

    def set_env(self, name: str, environment: Any) -> None:
        """Only machine code asks for its environment."""


class _Public(_Ingredient):
    """The code of a phase: a part until Python calls it."""

    def make_executable(self) -> None:
        """Optimise it, and turn it into machine code."""
        self.executable = True
        super(_Ingredient, self)._optimize_final_module()
        super(_Ingredient, self)._finalize_final_module()

    def serialize_using_object_code(self) -> tuple[str, str, Any]:
        if self.executable:
            return super().serialize_using_object_code()
        return self.name, _FOR_LINKING, self._final_module.as_bitcode()

    @classmethod
    def read(cls, codegen: Any, name: str, bitcode: bytes) -> "_Public":
        """What was kept before it was executable."""
        library = cls(codegen, name)
        library.enable_object_caching()
        library._final_module = llvmlite.binding.parse_bitcode(bitcode)
        library._final_module.name = cgutils.normalize_ir_text(name)
        library._finalize_final_module()
        return library


_FOR_LINKING = "for linking"


class _WholeProgram(_OnceOptimised):
    """A kernel's code with everything it calls, which nobody else will call.

    Numba leaves the functions linked in visible to other modules, so that LLVM must keep their signatures and cannot
    look through their calls. Told that they are private, it makes the batch an eighth faster.
    """

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage.name == "linkonce_odr":
                function.linkage = "internal"
                function.name = f"{self.name}.{function.name}"  # by its own name numba would look for the phase in here
        super()._optimize_final_module()


def _lowered_into(library: type[JITCodeLibrary]) -> type[CompilerBase]:
    """Numba's usual passes, with the result in a library of this kind."""

    @register_pass(mutates_CFG=False, analysis_only=True)
    class OpenLibrary(AnalysisPass):
        _name = f"open_library_{library.__name__}"

        def __init__(self) -> None:
            super().__init__()

        def run_pass(self, state: Any) -> bool:
            state.library = library(state.targetctx.codegen(), state.func_id.func_qualname)
            state.library.enable_object_caching()
            return True

    class Passes(CompilerBase):
        def define_pipelines(self) -> list[Any]:
            passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
            passes.add_pass_after(OpenLibrary, TranslateByteCode)
            passes.finalize()
            return [passes]

    return Passes


_PART, _PHASE, _KERNEL = (_lowered_into(library) for library in (_Ingredient, _Public, _WholeProgram))


def _spare_repetition() -> None:
    """Spare numba what it does over and over: spelling out every field of a record each time it names a type made of one,
    asking a class for the value of each option when two sets of options are compared, and trying all that an operator
    may mean wherever it stands between numbers."""
    record: Any = numba.types.Record
    builtin: Any = numba.types.Function
    resolve = builtin.get_call_type

    def known_call(self: Any, context: Any, args: Any, kws: Any) -> Any:
        operator = getattr(self.typing_key, "__module__", "") == "_operator"
        if not operator or kws or not all(isinstance(kind, numba.types.Number | numba.types.Boolean) for kind in args):
            return resolve(self, context, args, kws)
        known = self.__dict__.setdefault("_known", {})
        found = known.get(tuple(args))
        if found is None:
            found = known[tuple(args)] = resolve(self, context, args, kws)
        return found

    spelled = record.__repr__

    def remembered(self: Any) -> str:
        name = self.__dict__.get("_spelled")
        if name is None:
            name = self.__dict__["_spelled"] = spelled(self)
        return name

    def values(self: Any) -> dict[str, Any]:
        usual = defaults.get(type(self))
        if usual is None:
            usual = defaults[type(self)] = {name: option.default for name, option in self.options.items()}
        return usual | self._values

    defaults: dict[type, dict[str, Any]] = {}
    builtin.get_call_type = known_call
    record.__repr__ = remembered
    TargetConfig.values = values  # type: ignore[method-assign]


if COMPILED:
    _spare_repetition()


def _executable_when_called(dispatcher: Any) -> Any:
    """The same phase, made machine code when Python first calls it: a kernel needs its code alone.

    Both are kept on disk: code for linking first, and in its place, once it was called, machine code beside it.
    """
    if not COMPILED:
        return dispatcher
    compile_for, add_overload, cache = dispatcher.compile, dispatcher.add_overload, dispatcher._cache
    rebuild = cache._impl.rebuild

    def compile_for_caller(signature: Any) -> Any:
        entry = compile_for(signature)
        if _asked_by_code():
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

    def read(target: Any, kept: Any) -> Any:
        (name, kind, data), description, environment, signature, object_mode, lifted, annotation, reload, environments = kept
        if kind != _FOR_LINKING:
            found = rebuild(target, kept)
            found.library.executable = True
            return found
        library = _Public.read(target.codegen(), name, data)
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

    dispatcher.compile, dispatcher.add_overload, cache._impl.rebuild = compile_for_caller, add, read
    return dispatcher


def _compiled_anew_when_called(dispatcher: Any, function: Any) -> Any:
    """The same rule, for Python too: compiled once more by itself when Python first calls it, which few do but tests."""
    compile_for = dispatcher.compile

    @functools.cache
    def alone() -> Any:
        njit: Any = numba.njit
        return njit(error_model="numpy", no_cfunc_wrapper=True)(function)

    def compile_for_caller(signature: Any) -> Any:
        if _asked_by_code():
            return compile_for(signature)
        entry = alone().compile(signature)
        dispatcher._insert([kind._code for kind in normalize_signature(signature)[0]], entry, False)
        return entry

    def add(found: Any) -> None:
        dispatcher.overloads[tuple(found.signature.args)] = found  # for code alone: it has no entry from Python

    dispatcher.compile, dispatcher.add_overload = compile_for_caller, add
    return dispatcher


def rule(function: F) -> F:
    """Compile a pure function of numbers, inlined where it is called."""
    dispatcher: Any = _compiled(function, no_cpython_wrapper=True, forceinline=True, pipeline_class=_PART)
    return _compiled_anew_when_called(dispatcher, function) if COMPILED else function


def part(function: F) -> F:
    """Compile a part of a phase: it takes records and is called from compiled code only."""
    return _compiled(function, no_cpython_wrapper=True, pipeline_class=_PART)


def phase(function: F) -> F:
    """Compile a function that reads and writes a world; Python may call it."""
    return _executable_when_called(_compiled(function, nogil=True, cache=True, pipeline_class=_PHASE))


def sequence(function: F) -> F:
    """Compile a phase that only calls phases: a kernel takes in its lines rather than a finished copy of all they call."""
    return _executable_when_called(_compiled(function, nogil=True, cache=True, inline="always", pipeline_class=_PHASE))


def kernel(function: F) -> F:
    """Compile an entry from Python, with everything it calls as one program."""
    return _compiled(function, nogil=True, cache=True, pipeline_class=_KERNEL)


_threads: int = settings.NUMBA_NUM_THREADS if COMPILED else 1


def set_threads(n: int) -> int:
    """The number of threads that `in_threads` uses from now on, at most `n` and at most the processors there are."""
    global _threads
    _threads = max(1, min(int(n), settings.NUMBA_NUM_THREADS)) if COMPILED else 1
    return _threads


def in_threads(play: Callable[[int, int], None], rows: int, chunk: int) -> None:
    """Call `play(low, high)` for chunks of `rows` rows that cover them all, side by side; each must write its own rows only.

    Plain threads: numba's own need the whole program compiled again for them, and abort a process that calls from two
    threads at once.
    """
    lows = range(0, rows, chunk)
    if _threads == 1 or len(lows) == 1:
        play(0, rows)
        return
    with ThreadPoolExecutor(min(_threads, len(lows))) as pool:
        try:
            for _ in pool.map(play, lows, (min(low + chunk, rows) for low in lows)):
                pass
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


# -- what compiled code needs and NumPy lacks --------------------------------------------------


if COMPILED:

    @intrinsic
    def multiply_wide(typing_context, a, b):
        """The high and the low 64 bits of the 128-bit product of two uint64: one instruction of most processors."""
        words = numba.types.UniTuple(numba.types.uint64, 2)

        def generate(context, builder, signature, arguments):
            wide, word = ir.IntType(128), ir.IntType(64)
            product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
            high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), word)
            return context.make_tuple(builder, words, (high, builder.trunc(product, word)))

        return words(numba.types.uint64, numba.types.uint64), generate

    @intrinsic
    def odd_ratios(typing_context, a, b, c, d, top, bottom):
        """For each of four numbers q: q * top(q * q) / bottom(q * q), polynomials given from the highest power down.

        The four are worked on side by side, one lane of a vector each; each rounds as it would alone.
        """
        four = numba.types.UniTuple(numba.types.float64, 4)

        def generate(context, builder, signature, arguments):
            lanes = ir.VectorType(ir.DoubleType(), 4)
            place = [ir.Constant(ir.IntType(32), k) for k in range(4)]

            def spread(numbers):
                vector = ir.Constant(lanes, ir.Undefined)
                for k in range(4):
                    vector = builder.insert_element(vector, numbers[k], place[k])
                return vector

            def polynomial(coefficients):
                first, *others = (spread([number] * 4) for number in cgutils.unpack_tuple(builder, coefficients))
                value = first
                for other in others:
                    value = builder.fadd(builder.fmul(value, square), other)
                return value

            q = spread(arguments[:4])
            square = builder.fmul(q, q)
            ratio = builder.fdiv(builder.fmul(polynomial(arguments[4]), q), polynomial(arguments[5]))
            return context.make_tuple(builder, four, [builder.extract_element(ratio, k) for k in place])

        return four(a, b, c, d, top, bottom), generate

    @intrinsic
    def copy_record(typing_context, target, source):
        """Copy one record over another of the same type; numba's own assignment goes byte by byte."""

        def generate(context, builder, signature, arguments):
            cgutils.raw_memcpy(builder, arguments[0], arguments[1], ir.Constant(ir.IntType(64), target.size), 1)
            return context.get_dummy_value()

        return numba.types.void(target, source), generate

else:

    def copy_record(target: Any, source: Any) -> None:  # type: ignore[misc]
        """Copy one record over another of the same type."""
        for name in target.dtype.names:
            target[name] = source[name]

    def odd_ratios(*words: Any) -> tuple[float, ...]:  # type: ignore[misc]
        """For each of four numbers q: q * top(q * q) / bottom(q * q), polynomials given from the highest power down."""
        *numbers, top, bottom = words

        def polynomial(coefficients: tuple[float, ...], square: float) -> float:
            value, *others = coefficients
            for other in others:
                value = value * square + other
            return value

        return tuple(polynomial(top, q * q) * q / polynomial(bottom, q * q) for q in numbers)

    def multiply_wide(a: int, b: int) -> tuple[int, int]:  # type: ignore[misc]
        """The high and the low 64 bits of the 128-bit product of two uint64."""
        return divmod(int(a) * int(b), 1 << 64)


def records(n: int, dtype: np.dtype) -> np.ndarray:
    """Zeroed records, shape (n,), whose fields phases read as `array[i].field`.

    Compiled code wants a plain structured array, which numba recognises quickly; plain Python
    finds fields as attributes only on a record array.
    """
    return as_records(np.zeros(n, dtype=dtype))


def as_records(array: np.ndarray) -> np.ndarray:
    """The same records, readable as `array[i].field` by compiled and by plain Python."""
    return array if COMPILED else array.view(np.recarray)
