//! The lines of each function, with the places in the module that they come from.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use wasmparser::{Parser, Payload};

use crate::error::{Error, refused};
use crate::native::Listing;
use crate::options::Options;
use crate::target::Disassembler;

/// A line, and the offset in the module that it comes from, if any.
pub(super) type Line = (Option<u32>, String);

/// A function of the module, or one that the compiler adds.
#[derive(Serialize)]
pub(super) struct Function {
    /// What others call it.
    pub(super) symbol: String,
    /// Its name, if it has one.
    pub(super) name: Option<String>,
    /// Bytes of machine code.
    pub(super) size: usize,
    /// Its text in the module; none if the compiler adds it.
    pub(super) wasm: Vec<Line>,
    /// Cranelift's IR.
    pub(super) clif: Vec<Line>,
    /// Machine code.
    pub(super) code: Vec<Line>,
}

/// The functions of `listings`, which were compiled from `wasm`.
pub(super) fn of_module(
    wasm: &[u8],
    listings: &[Listing],
    options: &Options,
) -> Result<Vec<Function>, Error> {
    let mut texts = texts(wasm)?;
    let disassembler = Disassembler::new(options.cpu.architecture())?;
    let function = |listing: &Listing| Function {
        symbol: listing.symbol.clone(),
        name: listing.name.clone(),
        size: listing.code.len(),
        wasm: listing.function.and_then(|index| texts.remove(&index)).unwrap_or_default(),
        clif: listing.clif.lines().filter(|line| !is_alias(line)).map(clif_line).collect(),
        code: code_lines(listing, &disassembler),
    };
    Ok(listings.iter().map(function).collect())
}

/// The text of each function, by its index.
fn texts(wasm: &[u8]) -> Result<HashMap<u32, Vec<Line>>, Error> {
    // In module order, so offsets increase.
    let mut bodies = Vec::new();
    let mut imports = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(refused)? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imports += u32::from(matches!(
                        import.map_err(refused)?.ty,
                        wasmparser::TypeRef::Func(_)
                    ));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            _ => {}
        }
    }
    let failed = |error: &dyn std::fmt::Display| Error::internal(format!("text: {error}"));
    let mut storage = String::new();
    let lines = wasmprinter::Config::new().offsets_and_lines(wasm, &mut storage);
    let mut texts: HashMap<u32, Vec<Line>> = HashMap::new();
    for (offset, line) in lines.map_err(|error| failed(&error))? {
        let Some(offset) = offset else { continue };
        let position = bodies.partition_point(|body| body.end <= offset);
        if bodies.get(position).is_some_and(|body| body.start <= offset) {
            let text = texts.entry(imports + position as u32).or_default();
            // Functions are indented by two spaces in the module.
            let line = line.strip_prefix("  ").unwrap_or(line).trim_end();
            text.push((Some(offset as u32), line.to_owned()));
        }
    }
    Ok(texts)
}

/// Whether a line only gives a value another name; there may be more of these than of other lines.
fn is_alias(line: &str) -> bool {
    let value =
        |name: &str| name.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
    line.trim().split_once(" -> ").is_some_and(|(name, of)| value(name) && value(of))
}

/// Cranelift writes the source position before an instruction: `@1f v3 = iadd v1, v2`.
fn clif_line(line: &str) -> Line {
    let rest = line.trim_start();
    let place = rest.strip_prefix('@').and_then(|rest| rest.split_once(' '));
    match place.and_then(|(place, rest)| Some((u32::from_str_radix(place, 16).ok()?, rest))) {
        Some((place, rest)) => (Some(place), format!("    {}", rest.trim_start())),
        None if line.starts_with(' ') => (None, format!("    {rest}")),
        None => (None, line.to_owned()),
    }
}

fn code_lines(listing: &Listing, disassembler: &Disassembler) -> Vec<Line> {
    let mut places = listing.places.iter().peekable();
    let mut calls = listing.calls.iter().peekable();
    let thrown: HashMap<u32, u32> = listing.landing_pads.iter().copied().collect();
    let pads: HashSet<u32> = thrown.values().copied().collect();
    let line = |(start, size, text): (u32, u32, String)| {
        while places.next_if(|(code, _)| code.end <= start).is_some() {}
        let place = places.peek().filter(|(code, _)| code.contains(&start));
        while calls.next_if(|(at, _)| *at < start).is_some() {}
        let callee = calls.next_if(|(at, _)| *at < start + size);
        let callee = callee.map(|(_, callee)| callee.clone());
        let thrown =
            thrown.get(&(start + size)).map(|pad| format!("exceptions continue at {pad:x}"));
        let pad = pads.contains(&start).then(|| "landing pad".to_owned());
        let notes: Vec<String> = [callee, thrown, pad].into_iter().flatten().collect();
        let notes =
            if notes.is_empty() { String::new() } else { format!("  ; {}", notes.join(", ")) };
        (place.map(|(_, wasm)| *wasm), format!("{start:6x}  {text}{notes}"))
    };
    let lines = disassembler.lines(&listing.code, listing.instructions_end, &listing.blocks);
    lines.into_iter().map(line).collect()
}
