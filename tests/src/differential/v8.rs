//! Executes a plan in V8, through Node.js, and compares the result with that of another
//! interpreter: a third opinion on what modules must do.
//!
//! It judges modules that import nothing and have no vectors in types that would be visible. V8 has
//! its own messages for traps, some of which cover several of WAMR's, and does not show the bits of
//! NaNs.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::{Deserialize, Serialize};
use wamr_abi::exceptions::TrapId;
use wamr_shim::{Object, Val, ValType};
use wasmparser::{Parser, Payload};

use super::drive::{FUEL, Plan, Trace};
use super::prepare::operators;
use crate::programs::Inputs;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/v8.mjs");

/// What `scripts/v8.mjs` calls every reference to a structure or an array.
const OBJECT: &str = "object";

/// V8's process.
pub(super) struct V8(RefCell<Option<Process>>);

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

#[derive(Serialize)]
struct Request {
    wasm: String,
    fuel: i32,
    calls: Vec<RequestedCall>,
    globals: Vec<(String, &'static str)>,
}

#[derive(Serialize)]
struct RequestedCall {
    name: String,
    results: Vec<&'static str>,
    args: Vec<(&'static str, Option<String>)>,
}

#[derive(Deserialize)]
struct Reply {
    refused: Option<String>,
    instantiated: Option<String>,
    #[serde(default)]
    calls: Vec<RepliedCall>,
    #[serde(default)]
    globals: Vec<Option<String>>,
    #[serde(default)]
    size: usize,
    #[serde(default)]
    hash: String,
}

#[derive(Debug, Deserialize)]
struct RepliedCall {
    trap: Option<String>,
    #[serde(default)]
    values: Vec<Option<String>>,
}

impl V8 {
    pub(super) fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Whether V8 can judge the plan for the module `wasm`.
    pub(super) fn takes(plan: &Plan, wasm: &[u8]) -> bool {
        let visible = |ty: &ValType| *ty != ValType::V128;
        let functions =
            plan.functions.iter().all(|(_, ty)| ty.params.iter().chain(&ty.results).all(visible));
        // A number in JavaScript has only one NaN.
        let has_payload = |value: &Val| match *value {
            Val::F32(bits) => f32::from_bits(bits).is_nan() && bits != f32::NAN.to_bits(),
            Val::F64(bits) => f64::from_bits(bits).is_nan() && bits != f64::NAN.to_bits(),
            _ => false,
        };
        let arguments = plan.calls.iter().flat_map(|(_, arguments)| arguments);
        functions
            && has_bounded_tables(wasm)
            && !has_relaxed_operators(wasm)
            && plan.globals.iter().all(|(_, ty, _)| visible(ty))
            && !arguments.into_iter().any(has_payload)
    }

    /// Compares with `trace`. Returns false if V8 does not accept the module.
    ///
    /// # Errors
    /// What is different.
    pub(super) fn compare(&self, plan: &Plan, wasm: &[u8], trace: &Trace) -> Result<bool, String> {
        let reply = self.ask(&request(plan, wasm))?;
        if reply.refused.is_some() {
            return Ok(false);
        }
        match (&trace.instantiated, &reply.instantiated) {
            (Ok(()), None) => {}
            (Err(_), Some(_)) => return Ok(true),
            (ours, theirs) => return Err(format!("instantiation {ours:?}, V8: {theirs:?}")),
        }
        for (ours, theirs) in trace.calls.iter().zip(&reply.calls) {
            let is_same = match (&ours.outcome, &theirs.trap) {
                (Ok(values), None) => values.iter().zip(&theirs.values).all(|(a, b)| same(a, b)),
                (Err(ours), Some(theirs)) => classes(ours).iter().any(|each| theirs.contains(each)),
                _ => false,
            };
            if !is_same {
                let (name, arguments) = (&ours.name, &ours.arguments);
                return Err(format!("{name} {arguments:?}: {:x?}, V8: {theirs:?}", ours.outcome));
            }
        }
        let last = trace.calls.last().and_then(|call| call.state.as_ref());
        let state = last.unwrap_or(&trace.start);
        for ((ours, theirs), (name, ..)) in
            state.globals.iter().zip(&reply.globals).zip(&plan.globals)
        {
            if !ours.as_ref().is_none_or(|ours| same(ours, theirs)) {
                return Err(format!("global {name} {ours:x?}, V8: {theirs:?}"));
            }
        }
        let ours = (state.memory_size, state.memory_hash.to_string());
        let theirs = (reply.size, reply.hash);
        if ours != theirs && state.memory_size > 0 {
            return Err(format!("memory {ours:?}, V8: {theirs:?}"));
        }
        Ok(true)
    }

    fn ask(&self, request: &Request) -> Result<Reply, String> {
        let mut process = self.0.borrow_mut();
        if process.is_none() {
            *process = Some(Process::start()?);
        }
        let Some(Process { input, output, .. }) = process.as_mut() else { unreachable!() };
        let mut line = serde_json::to_string(request).expect("a request is data");
        line.push('\n');
        let mut reply = String::new();
        let done = input.write_all(line.as_bytes()).and_then(|()| output.read_line(&mut reply));
        done.map_err(|error| format!("V8: {error}"))?;
        serde_json::from_str(&reply).map_err(|error| format!("V8 says {reply:?}: {error}"))
    }
}

impl Process {
    fn start() -> Result<Self, String> {
        // In Node.js 20, code of V8's first compiler, Liftoff, loses what lives across a
        // `memory.atomic.wait`: in `i32.add (local.get 0) (memory.atomic.wait32 …)` the local is 0.
        let node = Inputs::prepare().map_err(|error| error.to_string())?.node();
        let mut child = Command::new(&node)
            .args(["--no-liftoff", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", node.display()))?;
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Ok(Self { child, input, output })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // If it has ended by itself, there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether each table has a maximum. Without one, the limit depends on the runtime, and
/// `table.grow` shows it.
fn has_bounded_tables(wasm: &[u8]) -> bool {
    Parser::new(0).parse_all(wasm).all(|payload| match payload {
        Ok(Payload::TableSection(section)) => {
            section.into_iter().all(|table| table.is_ok_and(|table| table.ty.maximum.is_some()))
        }
        _ => true,
    })
}

/// Whether there are operators whose results V8 leaves to the machine.
fn has_relaxed_operators(wasm: &[u8]) -> bool {
    operators(wasm).iter().any(|name| name.contains("Relaxed"))
}

fn request(plan: &Plan, wasm: &[u8]) -> Request {
    let calls = plan.calls.iter().map(|(index, arguments)| {
        let (name, ty) = &plan.functions[*index];
        RequestedCall {
            name: name.clone(),
            results: ty.results.iter().map(|&ty| name_of(ty)).collect(),
            args: arguments.iter().map(|value| (name_of(value.ty()), bits(value))).collect(),
        }
    });
    let globals = plan.globals.iter().map(|(name, ty, _)| (name.clone(), name_of(*ty)));
    Request { wasm: base64(wasm), fuel: FUEL, calls: calls.collect(), globals: globals.collect() }
}

fn name_of(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::FuncRef => "funcref",
        ValType::ExternRef => "externref",
        ValType::V128 => "v128",
        ValType::AnyRef => "anyref",
    }
}

fn bits(value: &Val) -> Option<String> {
    Some(match *value {
        Val::I32(value) => value.cast_unsigned().to_string(),
        Val::I64(value) => value.cast_unsigned().to_string(),
        Val::F32(bits) => bits.to_string(),
        Val::F64(bits) => bits.to_string(),
        Val::FuncRef(reference) | Val::ExternRef(reference) => {
            return reference.map(|n| n.to_string());
        }
        Val::V128(bits) => bits.to_string(),
        Val::AnyRef(reference) => return reference.map(object),
        Val::ExternAny(reference) => object(reference),
    })
}

/// V8 also shows the number in a reference to one.
fn object(reference: Object) -> String {
    match reference {
        Object::I31(number) => number.to_string(),
        _ => OBJECT.to_owned(),
    }
}

fn same(ours: &Val, theirs: &Option<String>) -> bool {
    let is_nan = match *ours {
        Val::F32(bits) => f32::from_bits(bits).is_nan(),
        Val::F64(bits) => f64::from_bits(bits).is_nan(),
        _ => false,
    };
    // A function that is not exported has no name there.
    let hidden = matches!(ours, Val::FuncRef(Some(_))) && theirs.as_deref() == Some("hidden");
    hidden || if is_nan { theirs.as_deref() == Some("nan") } else { bits(ours) == *theirs }
}

/// Parts of V8's text for the same trap, of which there may be several.
fn classes(ours: &str) -> &'static [&'static str] {
    const TABLE: &[&str] = &["table", "null function", "signature mismatch", "element segment"];
    const RANGE: &[&str] = &["unrepresentable"];
    const NULL: [TrapId; 5] = [
        TrapId::NullFunctionReference,
        TrapId::NullStructureReference,
        TrapId::NullArrayReference,
        TrapId::NullI31Reference,
        TrapId::NullReference,
    ];
    let is = |id: TrapId| ours.ends_with(id.message());
    if ours.ends_with("uncaught wasm exception") {
        &["uncaught exception"]
    } else if ours.ends_with("null exception reference") {
        &["rethrowing null value"]
    } else if is(TrapId::Unreachable) {
        &["unreachable"]
    } else if is(TrapId::OutOfBoundsMemoryAccess) {
        &["memory access out of bounds", "unaligned", "data segment"]
    } else if is(TrapId::IntegerDivideByZero) {
        &["by zero"]
    } else if is(TrapId::IntegerOverflow) || is(TrapId::InvalidConversionToInteger) {
        RANGE
    } else if NULL.into_iter().any(is) {
        &["dereferencing a null pointer"]
    } else if is(TrapId::CastFailure) {
        &["illegal cast"]
    } else if is(TrapId::OutOfBoundsArrayAccess) {
        &["array element access out of bounds"]
    } else {
        TABLE
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let is_there = digit <= chunk.len();
            let value = DIGITS[(group >> (18 - 6 * digit) & 63) as usize];
            text.push(if is_there { char::from(value) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    /// The examples of RFC 4648, section 10.
    #[test]
    fn base64() {
        let examples =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (bytes, text) in examples {
            assert_eq!(super::base64(bytes.as_bytes()), text);
        }
    }
}
