//! Random options: any combination that [`Options`] can express and that the runtime of the tests
//! supports.
//!
//! Invariants: a random state always gives the same options, as long as the lists here stay the
//! same. [`flags`] counts the drawn options field by field, so a field that is never drawn is
//! detected.
//!
//! Not drawn: more than 3 compiling threads, and releases whose container this runtime does not
//! load, since the code for them is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use cwamrc::instrument::{Costs, Gas};
use cwamrc::{Architecture, BoundsChecks, CallStacks, Cpu, OptLevel, Options, Proposal, Release};
use serde_json::Value;

use crate::machine::{Build, Machine};
use crate::random::Random;

/// The releases whose files the runtime of the tests loads.
const RELEASES: [Release; 6] = [
    Release::V2_4_1,
    Release::V2_4_2,
    Release::V2_4_3,
    Release::V2_4_4,
    Release::V2_4_5,
    Release::Main,
];

/// Groups and single names of intrinsics, from which lists are made.
const INTRINSICS: &[&str] = &[
    "all",
    "i32.common",
    "i64.common",
    "f32.common",
    "f64.common",
    "f32xi32",
    "f64xi32",
    "f32xi64",
    "f64xi64",
    "f32_cmp",
    "llvm.ctlz.i32",
    "llvm.cttz.i64",
    "llvm.ctpop.i32",
    "constop",
];

/// Features that the emulator of riscv64 has (`emulator_flags` in `runtime-shim/build/target.rs`).
const RISCV64: &[&str] =
    &["zba", "zbb", "zbc", "zbs", "zicsr", "zifencei", "zca", "zcd", "zvl128b", "zvl64b"];
/// Features that the emulator of aarch64 has: all that there are.
const AARCH64: &[&str] = &["lse", "pauth", "fullfp16", "dotprod", "i8mm"];

/// The gas limits to draw from; a run that reaches one is compared up to there.
const GAS_LIMITS: [Option<u64>; 6] =
    [None, None, Some(0), Some(3_000), Some(200_000), Some(1 << 40)];

/// Options for `machine`, for a module with vectors or without.
///
/// # Panics
/// If the machine is not supported as a target.
pub fn options(random: &mut Random, machine: Machine, vectors: bool) -> Options {
    let base = if vectors { machine.options_with_vectors() } else { machine.options() };
    let mut options = base.clone();
    options.cpu = cpu(random, &base.cpu);
    let levels = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3, OptLevel::O3];
    options.opt_level = random.choose(&levels);
    let software = !Build::has_guard_pages() || one_in(random, 2);
    options.bounds_checks = if software { BoundsChecks::Software } else { BoundsChecks::Hardware };
    options.stack_bounds_checks = one_in(random, 3);
    options.canonicalize_nans = one_in(random, 4);
    options.aux_stack_checks = !one_in(random, 3);
    options.frame_pointers = one_in(random, 3);
    options.indirect_mode = one_in(random, 4);
    options.address_map = one_in(random, 4);
    options.release = random.choose(&RELEASES);
    options.threads = NonZeroUsize::new(random.choose(&[0, 1, 1, 1, 1, 1, 1, 2, 3]));
    if one_in(random, 3) {
        options.call_stacks = Some(call_stacks(random));
    }
    if one_in(random, 3) {
        let names = (0..=random.below(3)).map(|_| random.choose(INTRINSICS)).collect::<Vec<_>>();
        options.builtin_intrinsics = names.join(",").parse().expect("the names are known");
    }
    if one_in(random, 4) {
        let names = ["name", "producers", "target_features", ".debug_info", "", "none such"];
        let names = (0..=random.below(3)).map(|_| random.choose(&names).to_owned());
        options.emit_custom_sections = names.collect();
    }
    if one_in(random, 10) {
        options.disabled_proposals.push(random.choose(Proposal::ALL));
    }
    instrument(random, &mut options);
    options
}

fn one_in(random: &mut Random, count: usize) -> bool {
    random.below(count) == 0
}

fn call_stacks(random: &mut Random) -> CallStacks {
    let mut frames = CallStacks::complete();
    if one_in(random, 2) {
        frames.position = one_in(random, 2);
        frames.trap_position = one_in(random, 2);
        frames.function_index = one_in(random, 2);
    }
    frames
}

fn instrument(random: &mut Random, options: &mut Options) {
    let instrumentation = &mut options.instrumentation;
    instrumentation.interruptible = one_in(random, 5);
    instrumentation.count_instructions = one_in(random, 5);
    instrumentation.measure_time = one_in(random, 6);
    instrumentation.profile_calls = one_in(random, 8);
    instrumentation.profile_stack = one_in(random, 8);
    if one_in(random, 5) {
        let mut gas = Gas::new();
        gas.limit = random.choose(&GAS_LIMITS);
        if one_in(random, 3) {
            let table = "default = 2\nfunction = 7\nmemory.fill = 50 + 3/32\nselect = 0";
            gas.costs = Costs::parse(table).expect("the table is right");
        }
        instrumentation.gas = Some(gas);
    }
    instrumentation.trace_exceptions = one_in(random, 4);
}

/// A CPU with everything that `base` has, and further features that the machine has.
fn cpu(random: &mut Random, base: &Cpu) -> Cpu {
    let host;
    let offered: Vec<&str> = match base.architecture() {
        Architecture::Riscv64 => RISCV64.to_vec(),
        Architecture::Aarch64 => AARCH64.to_vec(),
        _ => {
            host = Cpu::host().expect("code is made for this machine");
            host.features().collect()
        }
    };
    if one_in(random, 3) {
        return base.clone();
    }
    let all = one_in(random, 3);
    let chosen = offered.into_iter().filter(|_| all || one_in(random, 2));
    let list: Vec<String> = chosen.map(|name| format!("+{name}")).collect();
    base.clone().with_features(&list.join(",")).expect("the features exist")
}

/// The drawn options: each field by its path with its value, lists item by item.
pub fn flags(options: &Options) -> Vec<String> {
    let data = serde_json::to_value(options).expect("options are data");
    let mut flags = Vec::new();
    flatten("", &data, &mut flags);
    flags
}

fn flatten(path: &str, value: &Value, flags: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let separator = if path.is_empty() { "" } else { "." };
                flatten(&format!("{path}{separator}{name}"), field, flags);
            }
        }
        Value::Array(items) if items.is_empty() => flags.push(format!("{path}=[]")),
        Value::Array(items) => items.iter().for_each(|item| flatten(path, item, flags)),
        Value::String(list) if path == "builtin_intrinsics" => {
            flags.extend(list.split(',').map(|name| format!("{path}={name}")));
        }
        Value::String(text) => {
            let text = if text.contains('\n') { "a table" } else { text };
            flags.push(format!("{path}={text}"));
        }
        other => flags.push(format!("{path}={other}")),
    }
}

/// The fields of options with fewer than two different values so far.
pub fn unvaried(met: &BTreeMap<String, usize>) -> Vec<String> {
    let mut values: BTreeMap<&str, usize> = BTreeMap::new();
    for flag in met.keys() {
        let (field, _) = flag.split_once('=').expect("a flag has a value");
        *values.entry(field).or_default() += 1;
    }
    // Every field, including those that only exist together with others.
    let mut complete = Options::new().call_stacks(CallStacks::complete());
    complete.instrumentation.gas = Some(Gas::new());
    let fields: BTreeSet<String> = flags(&complete)
        .iter()
        .filter_map(|flag| Some(flag.split_once('=')?.0.to_owned()))
        .collect();
    // The runtime decides whether there is garbage collection.
    let is_drawn = |field: &String| field != "garbage_collection";
    let fields = fields.into_iter().filter(is_drawn);
    fields.filter(|field| values.get(field.as_str()).is_none_or(|&n| n < 2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_drawn() {
        let mut met = BTreeMap::new();
        let machines: Vec<_> = [Machine::Here].into_iter().chain(Machine::foreign()).collect();
        for (seed, &machine) in (0..2000).zip(machines.iter().cycle()) {
            let options = options(&mut Random::new(seed), machine, seed % 2 == 0);
            flags(&options).into_iter().for_each(|flag| *met.entry(flag).or_default() += 1);
        }
        assert_eq!(unvaried(&met), Vec::<String>::new());
        assert!(met.contains_key("opt_level=2"), "{met:?}");
    }

    #[test]
    fn a_field_that_is_always_the_same_is_found_out() {
        let met = flags(&Options::new()).into_iter().map(|flag| (flag, 1)).collect();
        let unvaried = unvaried(&met);
        assert!(unvaried.contains(&"opt_level".to_owned()), "{unvaried:?}");
        assert!(unvaried.contains(&"call_stacks.position".to_owned()), "{unvaried:?}");
        assert!(unvaried.contains(&"instrumentation.gas.limit".to_owned()), "{unvaried:?}");
    }
}
