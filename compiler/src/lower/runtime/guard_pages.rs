//! Checks whether the runtime has the guard pages that code relies on.
//!
//! Code that relies on guard pages has no checks at all on a runtime that was built without them
//! (`WAMR_DISABLE_HW_BOUND_CHECK=1`), and neither the loader nor anything in the instance
//! distinguishes such a runtime. One helper does. It returns the host's address of a range of
//! linear memory. If the range is in no memory, a runtime with guard pages returns without a check,
//! since an access will fault anyway; one without raises "out of bounds memory access". So the
//! functions that a runtime enters first ask for such a range: the start function, and the
//! functions with the names of program entry points. They run once, so nothing that is executed
//! often asks. A module that exports none of them is not protected.
//!
//! The range begins in the last byte of the first 4 GiB and is almost as long. So it is in no
//! memory, and in no heap shared by instances, which has at most 1 GiB.
//!
//! Source: `wasm_check_app_addr_and_convert` in `core/iwasm/common/wasm_memory.c`, which is the
//! same in all releases except for shared heaps; `wasm_application_execute_main` in
//! `core/iwasm/common/wasm_application.c`, `execute_post_instantiate_functions` in
//! `core/iwasm/aot/aot_runtime.c`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, StackSlotData, StackSlotKind, types};
use wamr_abi::helpers::Helper;

use crate::lower::Environment;
use crate::lower::context::Lowering;
use crate::lower::signature::POINTER;
use crate::options::Options;
use crate::wasm::{ExportKind, Module};

/// The exports with which programs start, or which the runtime calls by itself.
const FIRST: [&str; 6] = [
    "_start",
    "_initialize",
    "main",
    "__main_argc_argv",
    "__wasm_call_ctors",
    "__post_instantiate",
];

/// An address, and a size.
const NOWHERE: i64 = 0xffff_ffff;

/// The functions of `module` that the runtime enters first, if its code relies on guard pages.
pub(in crate::lower) fn guard_page_probers(module: &Module<'_>, options: &Options) -> Vec<u32> {
    if !options.relies_on_guard_pages() {
        return Vec::new();
    }
    let first = |name: &str| FIRST.contains(&name);
    let exports = module.exports.iter().filter(|export| export.kind == ExportKind::Function);
    let named = exports.filter(|export| first(export.name)).map(|export| export.index);
    named.chain(module.start).collect()
}

impl Environment<'_> {
    /// Whether function `index` checks for guard pages.
    pub(in crate::lower) fn probes_guard_pages(&self, index: u32) -> bool {
        self.guard_page_probers.contains(&index)
    }
}

impl Lowering<'_, '_> {
    /// Leaves function `index` with an exception if the runtime has no guard pages.
    pub(in crate::lower) fn probe_guard_pages(&mut self, index: u32) {
        if !self.env.probes_guard_pages(index) {
            return;
        }
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, POINTER.bytes(), 3);
        let slot = self.emit.builder.create_sized_stack_slot(slot);
        let result = self.emit.ins().stack_addr(POINTER, slot, 0);
        let is_string = self.emit.ins().iconst(types::I8, 0);
        let nowhere = self.emit.ins().iconst(types::I64, NOWHERE);
        let args = [is_string, nowhere, nowhere, result];
        let there = self.call_instance_helper(Helper::CheckAppAddrAndConvert, &args);
        let there = there.expect("the helper says whether it has raised an exception");
        // The helper has returned, so raising the exception again would return, too.
        let missing = self.emit.ins().icmp_imm_u(IntCC::Equal, there, 0);
        self.unwind_if(missing);
    }
}
