//! Which modules with vectors a target supports.
//!
//! If the runtime does not support vectors, none may cross its boundary: the imports and exports of
//! the module, and its globals, whose types the loader checks. In the types of functions that only
//! the module itself calls, the file has two i64 in place of each vector.

use crate::error::{Error, Shown};
use crate::options::Options;
use crate::target::Vectors;
use crate::wasm::{ConstExpr, ExportKind, FuncType, Module, ValueType};

/// Refuses modules that cannot run on the runtime of the target.
pub(crate) fn check_boundary(module: &Module<'_>, options: &Options) -> Result<(), Error> {
    if options.target().vectors() == Vectors::Everywhere {
        return Ok(());
    }
    let machine = options.cpu.architecture().name();
    let refuse = |what: &str| {
        Err(Error::unsupported(format!("{what} has the type v128, which WAMR lacks on {machine}"))
            .with_hint("vectors can be used inside functions; pass them through linear memory"))
    };
    for (function, import) in module.imported_functions.iter().enumerate() {
        if has_vector(module.function_type(function as u32)) {
            return refuse(&format!(
                "the imported function {}.{}",
                Shown(import.module),
                Shown(import.name)
            ));
        }
    }
    for export in module.exports.iter().filter(|export| export.kind == ExportKind::Function) {
        if has_vector(module.function_type(export.index)) {
            return refuse(&format!("the exported function {}", Shown(export.name)));
        }
    }
    let exports_tables = module.exports.iter().any(|export| export.kind == ExportKind::Table);
    let items = module.elements.iter().flat_map(|segment| &segment.items);
    for item in items.filter(|_| exports_tables) {
        match *item {
            ConstExpr::RefFunc(index) if has_vector(module.function_type(index)) => {
                return refuse(&format!("function {index}, which an exported table may hold,"));
            }
            _ => {}
        }
    }
    match module.globals.iter().position(|global| global.value_type == ValueType::V128) {
        Some(index) => refuse(&format!("global {index}")),
        None => Ok(()),
    }
}

/// Why functions with vectors cannot be compiled for the chosen CPU, if they cannot.
pub(crate) fn missing(options: &Options) -> Option<Error> {
    let Vectors::InsideOnly { feature } = options.target().vectors() else { return None };
    if options.cpu.features().any(|name| name == feature) {
        return None;
    }
    let machine = options.cpu.architecture().name();
    let what = format!("the module uses SIMD, for which {machine} needs the feature {feature}");
    let hint = format!("--cpu-features=+{feature} makes code for CPUs that have it");
    Some(Error::unsupported(what).with_hint(hint))
}

/// Whether a parameter or result is a vector.
pub(crate) fn has_vector(ty: &FuncType) -> bool {
    ty.params.iter().chain(&ty.results).any(|&ty| ty == ValueType::V128)
}
