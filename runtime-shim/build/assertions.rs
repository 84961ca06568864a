//! Generates C assertions from the tables of `wamr-abi`.
//!
//! The file is compiled against WAMR's own headers with the macros of the runtime itself. So if an
//! offset, a trap id or a prototype does not match this runtime, the build fails, and the C
//! compiler names the row.

use std::fmt::Write;
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::{Helper, RuntimeOption, Ty};
use wamr_abi::layout::{self, FieldFact, What};

use crate::Options;

const INCLUDES: &[&str] = &[
    "<math.h>",
    "<stddef.h>",
    "<string.h>",
    "\"aot_runtime.h\"",
    "\"../compilation/aot_stack_frame.h\"",
    "\"aot_intrinsic.h\"",
    "\"wasm_exec_env.h\"",
    "\"wasm_shared_memory.h\"",
    "\"wasm_suspend_flags.h\"",
];

/// The headers of a runtime with garbage collection.
const GC_INCLUDES: &[&str] = &["\"gc_object.h\""];

/// The text of the C file for a runtime with these options.
pub(crate) fn c_source(options: Options) -> String {
    let mut source = String::new();
    let (gc_includes, gc_facts): (&[_], &[_]) =
        if options.gc { (GC_INCLUDES, layout::ASSERTED_GC) } else { (&[], &[]) };
    for include in INCLUDES.iter().chain(gc_includes) {
        line(&mut source, format_args!("#include {include}"));
    }
    for fact in layout::ASSERTED.iter().chain(gc_facts) {
        let expression = fact_expression(fact);
        line(
            &mut source,
            format_args!(
                "_Static_assert({expression} == {}, \"wamr_abi::layout: {expression} is not {}\");",
                fact.value, fact.value
            ),
        );
    }
    for trap in TrapId::ALL {
        let (name, id) = (trap.c_name(), trap.id());
        line(
            &mut source,
            format_args!(
                "_Static_assert({name} == {id}, \"wamr_abi::exceptions: {name} is not {id}\");"
            ),
        );
    }
    for helper in Helper::ALL.iter().filter(|helper| has(options, **helper)) {
        let (symbol, prototype) = (helper.symbol(), prototype(*helper));
        line(
            &mut source,
            format_args!(
                "_Static_assert(__builtin_types_compatible_p(__typeof__({symbol}), {prototype}), \
                 \"wamr_abi::helpers: {symbol} is not {prototype}\");"
            ),
        );
    }
    source
}

/// Whether a runtime with these options has the helper.
fn has(options: Options, helper: Helper) -> bool {
    match helper.info().needs {
        Some(RuntimeOption::GarbageCollection) => options.gc,
        Some(RuntimeOption::SharedMemory) => !options.gc,
        _ => true,
    }
}

fn line(source: &mut String, text: std::fmt::Arguments) {
    writeln!(source, "{text}").expect("writing to a string does not fail");
}

fn fact_expression(fact: &FieldFact) -> String {
    let FieldFact { c_type, c_field, .. } = fact;
    match fact.what {
        What::Offset => format!("offsetof({c_type}, {c_field})"),
        What::FieldSize => format!("sizeof((({c_type} *)0)->{c_field})"),
        What::TypeSize => format!("sizeof({c_type})"),
        What::Value => (*c_field).to_owned(),
    }
}

fn prototype(helper: Helper) -> String {
    let info = helper.info();
    let params = info.params.iter().map(|ty| ty.c_type()).collect::<Vec<_>>().join(", ");
    format!("{}({params})", info.result.map_or("void", Ty::c_type))
}
