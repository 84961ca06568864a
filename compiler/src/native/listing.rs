//! Listings of functions, for people and for tests.
//!
//! Cranelift refers to called functions by number; listings show their names.

use std::collections::HashSet;
use std::fmt::{self, Write};
use std::ops::Range;

use cranelift_codegen::entity::{EntityRef, SecondaryMap};
use cranelift_codegen::ir::entities::AnyEntity;
use cranelift_codegen::ir::{
    Block, ExternalName, Function, Inst, UserExternalName, UserExternalNameRef, Value,
};
use cranelift_codegen::write::{FuncWriter, PlainWriter, decorate_function};

use crate::lower::FuncId;

/// The listing of one function of the module, or of one that the compiler adds.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Its name in calls: `function(3)`, `import_thunk(0)`, `trap_thunk(Unreachable)`.
    pub symbol: String,
    /// For a function of the module, its name in the name section, otherwise that of its first
    /// export.
    pub name: Option<String>,
    /// Cranelift IR before optimisation.
    pub clif: String,
    /// Machine code as Cranelift prints it.
    pub assembly: String,
    /// Index of the function of the module; for an entry or a body, that of its function.
    pub function: Option<u32>,
    /// The machine code.
    pub code: Vec<u8>,
    /// Ranges of the machine code, with the offset in the module of the operator that each was
    /// compiled from, in code order, if [`Options::address_map`](crate::Options::address_map) is
    /// set. The IR then contains the same offsets.
    pub places: Vec<(Range<u32>, u32)>,
    /// Offsets of references to other functions, and the names used there, in code order.
    pub calls: Vec<(u32, String)>,
    /// The calls inside a `try`: what each returns to, and where an exception continues, as offsets
    /// in code order.
    pub landing_pads: Vec<(u32, u32)>,
    /// Offset of the end of the instructions; constants follow.
    pub instructions_end: u32,
    /// Offsets of the starts of basic blocks, in code order, if
    /// [`Options::address_map`](crate::Options::address_map) is set. A jump table is between an
    /// indirect jump and the start of the next block.
    pub blocks: Vec<u32>,
}

impl Listing {
    /// Renames a function that had to be compiled before its name was known.
    pub(super) fn rename(&mut self, from: FuncId, to: FuncId) {
        let [from, name] = [from, to].map(|symbol| symbol.to_external_name().to_string());
        self.clif = self.clif.replacen(&from, &name, 1);
        self.symbol = to.to_string();
    }
}

/// The Cranelift IR of `function`.
pub(super) fn clif(function: &Function) -> String {
    let mut text = String::new();
    decorate_function(&mut CalleeWriter, &mut text, function).expect("strings take any text");
    text
}

/// Cranelift's disassembly of a function whose calls go to `callees`, in code order, with names
/// instead of references to callees.
pub(super) fn assembly(function: &Function, disassembly: &str, callees: &[FuncId]) -> String {
    let mut text = String::with_capacity(disassembly.len());
    // On some machines, the disassembly of calls shows no reference.
    let anonymous = disassembly.lines().filter_map(anonymous_call).count();
    let mut callees = callees.iter().filter(|_| anonymous == callees.len());
    let pads: HashSet<&str> = disassembly.lines().filter_map(landing_pad).collect();
    for line in disassembly.lines().filter(|line| !is_unwinding(line)) {
        if let Some(number) = block_number(line)
            && pads.contains(number)
        {
            writeln!(text, "{line}  ; landing pad").expect("strings take any text");
        } else if let Some((before, after)) = anonymous_call(line)
            && let Some(callee) = callees.next()
        {
            writeln!(text, "{before}{callee}{after}").expect("strings take any text");
        } else if let Some((before, callee, after)) = referenced_call(function, line) {
            writeln!(text, "{before}{callee}{after}").expect("strings take any text");
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// Whether a line is no instruction, but describes one for unwinders.
fn is_unwinding(line: &str) -> bool {
    line.trim_start().starts_with("unwind ")
}

/// The number of the block that a line begins.
fn block_number(line: &str) -> Option<&str> {
    line.strip_prefix("block")?.strip_suffix(':')
}

/// The number of the block at which an exception continues, if the line is a call inside a `try`.
fn landing_pad(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("catch [default: MachLabel(")?;
    rest.split_once(')').map(|(number, _)| number)
}

/// The text before and after the callee in a call for which Cranelift prints 0 instead. A call
/// inside a `try` goes on after it.
fn anonymous_call(line: &str) -> Option<(&str, &str)> {
    const CALL: &str = "bl 0";
    let (indent, after) = line.split_once(CALL)?;
    let is_call = indent.trim().is_empty() && (after.is_empty() || after.starts_with(';'));
    is_call.then(|| (&line[..indent.len() + CALL.len() - 1], after))
}

/// The text before the reference to a callee in a line, the callee, and the text after the
/// reference.
fn referenced_call<'l>(function: &Function, line: &'l str) -> Option<(&'l str, FuncId, &'l str)> {
    let operand = line.split_whitespace().find(|word| word.contains("userextname"))?;
    // A call inside a `try` goes on after a semicolon.
    let operand = operand.trim_end_matches([';', ',']);
    let reference = operand.strip_prefix("User(").and_then(|rest| rest.strip_suffix(')'));
    let number = reference.unwrap_or(operand).strip_prefix("userextname")?.parse().ok()?;
    let name = function.params.user_named_funcs().get(UserExternalNameRef::new(number))?;
    let symbol = FuncId::from_external_name(name)?;
    let (before, after) = line.split_once(operand)?;
    Some((before, symbol, after))
}

/// Writes the symbol next to the declaration of each callee.
struct CalleeWriter;

impl FuncWriter for CalleeWriter {
    fn write_block_header(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        block: Block,
        indent: usize,
    ) -> fmt::Result {
        PlainWriter.write_block_header(w, func, block, indent)
    }

    fn write_instruction(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        aliases: &SecondaryMap<Value, Vec<Value>>,
        inst: Inst,
        indent: usize,
    ) -> fmt::Result {
        PlainWriter.write_instruction(w, func, aliases, inst, indent)
    }

    fn write_entity_definition(
        &mut self,
        w: &mut dyn Write,
        func: &Function,
        entity: AnyEntity,
        value: &dyn fmt::Display,
    ) -> fmt::Result {
        match callee(func, entity).and_then(FuncId::from_external_name) {
            Some(symbol) => writeln!(w, "    {entity} = {value} ; {symbol}"),
            None => PlainWriter.write_entity_definition(w, func, entity, value),
        }
    }
}

fn callee(func: &Function, entity: AnyEntity) -> Option<&UserExternalName> {
    let AnyEntity::FuncRef(function) = entity else { return None };
    match &func.dfg.ext_funcs[function].name {
        ExternalName::User(name) => Some(&func.params.user_named_funcs()[*name]),
        _ => None,
    }
}
