"""What becomes of code: kinds of numba's code libraries, and the pipelines that put a function into one of them."""

from typing import Any

import llvmlite.binding
from numba.core import cgutils
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import AnalysisPass, register_pass
from numba.core.untyped_passes import TranslateByteCode

from tandem.sim.compiler.fits import Need, Patch


class OnceOptimised(JITCodeLibrary):
    """Code that is optimised once: numba goes over a module twice for the sake of reference counts, and here there are none."""

    def _optimize_final_module(self) -> None:
        passes, builder = self._codegen._module_pass_manager()
        passes.run(self._final_module, builder)


class Ingredient(OnceOptimised):
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


class Public(Ingredient):
    """The code of a phase: a part until Python calls it."""

    def make_executable(self) -> None:
        """Optimise it, and turn it into machine code."""
        self.executable = True
        super(Ingredient, self)._optimize_final_module()
        super(Ingredient, self)._finalize_final_module()

    def serialize_using_object_code(self) -> tuple[str, str, Any]:
        if self.executable:
            return super().serialize_using_object_code()
        return self.name, FOR_LINKING, self._final_module.as_bitcode()

    @classmethod
    def read(cls, codegen: Any, name: str, bitcode: bytes) -> "Public":
        """What was kept before it was executable."""
        library = cls(codegen, name)
        library.enable_object_caching()
        library._final_module = llvmlite.binding.parse_bitcode(bitcode)
        library._final_module.name = cgutils.normalize_ir_text(name)
        library._finalize_final_module()
        return library


FOR_LINKING = "for linking"


class WholeProgram(OnceOptimised):
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


def lowered_into(library: type[JITCodeLibrary]) -> type[CompilerBase]:
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


PART, PHASE, KERNEL = (lowered_into(library) for library in (Ingredient, Public, WholeProgram))


LIBRARY = "numba.core.codegen:JITCodeLibrary"
PATCHES = (
    Patch(
        "libraries of code",
        "0.68",
        (
            Need(LIBRARY, ("codegen", "name")),
            Need(f"{LIBRARY}._optimize_final_module", (), ("_codegen", "_module_pass_manager", "_final_module")),
            Need(f"{LIBRARY}._finalize_final_module", (), ("_finalize_dynamic_globals", "_finalized")),
            Need(f"{LIBRARY}.finalize", (), ("link_in", "_get_module_for_linking", "_optimize_final_module")),
            Need(f"{LIBRARY}.get_pointer_to_function", ("name",)),
            Need(f"{LIBRARY}.serialize_using_object_code", ()),
            Need(f"{LIBRARY}.enable_object_caching", ()),
            Need("numba.core.codegen:CPUCodegen._module_pass_manager"),
            Need("numba.core.cgutils:normalize_ir_text", ("text",)),
            Need("llvmlite.binding:parse_bitcode"),
        ),
    ),
    Patch(
        "pipelines",
        "0.68",
        (
            Need("numba.core.compiler:CompilerBase.define_pipelines", ()),
            Need("numba.core.compiler:DefaultPassBuilder.define_nopython_pipeline", ("state", "name")),
            Need("numba.core.compiler_machinery:PassManager.add_pass_after", ("pass_cls", "location")),
            Need("numba.core.compiler_machinery:register_pass", ("mutates_CFG", "analysis_only")),
            Need("numba.core.untyped_passes:TranslateByteCode.run_pass", ("state",)),
        ),
    ),
)
