//! `wamr_abi::symbols` contains the lists in the loader's C sources, for every build of the runtime
//! for which they differ.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use wamr_abi::releases::Release;
use wamr_abi::symbols::Loader;

/// A loader, its file, and the conditions that hold where its runtime is built.
struct Case {
    loader: Loader,
    file: &'static str,
    holds: &'static [&'static str],
}

/// A runtime whose ABI passes no floats in registers: it has all symbols.
const SOFT: Loader = Loader::Riscv { width: 32, float_abi: 0 };
const NO_INTEGERS: [&str; 5] = [
    "NEED_SOFT_I32_MUL",
    "NEED_SOFT_I32_DIV",
    "NEED_SOFT_I64_MUL",
    "NEED_SOFT_I64_DIV",
    "NEED_SOFT_ATOMIC",
];

const CASES: &[Case] = &[
    Case { loader: Loader::X86_64, file: "x86_64", holds: &[] },
    Case { loader: Loader::X86_32, file: "x86_32", holds: &[] },
    Case { loader: Loader::Aarch64, file: "aarch64", holds: &[] },
    Case { loader: Loader::Arm, file: "arm", holds: &[] },
    Case { loader: Loader::Thumb { v6: false }, file: "thumb", holds: &["__ARM_ARCH != 6"] },
    Case { loader: Loader::Thumb { v6: true }, file: "thumb", holds: &[] },
    Case { loader: Loader::Xtensa, file: "xtensa", holds: &[] },
    Case {
        loader: Loader::Riscv { width: 32, float_abi: 64 },
        file: "riscv",
        holds: &["__riscv_xlen == 32"],
    },
    Case {
        loader: Loader::Riscv { width: 32, float_abi: 32 },
        file: "riscv",
        holds: &["__riscv_xlen == 32", "NEED_SOFT_DP"],
    },
    Case {
        loader: SOFT,
        file: "riscv",
        holds: &["__riscv_xlen == 32", "NEED_SOFT_FP", "NEED_SOFT_DP"],
    },
    Case { loader: Loader::Riscv { width: 64, float_abi: 64 }, file: "riscv", holds: &[] },
    Case { loader: Loader::Arc, file: "arc", holds: &[] },
    Case { loader: Loader::Arc, file: "arc", holds: &["__CCAC__"] },
];

/// The folder of WAMR's sources. Cargo is asked once.
static ROOT: LazyLock<PathBuf> =
    LazyLock::new(|| wamr_build::wamr_root().unwrap_or_else(|error| panic!("{error}")));

fn read(path: &str) -> String {
    let path = ROOT.join("core/iwasm/aot").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in entries of `lines`: `REG_SYM(name)` and `{ "name", …`.
fn names(line: &str) -> impl Iterator<Item = &str> {
    let after = |start| line.split(start).skip(1);
    let registered = after("REG_SYM(").filter_map(|rest| rest.split(')').next());
    registered.chain(after("{ \"").filter_map(|rest| rest.split('"').next()))
}

/// The symbols that every loader has, with all options of the runtime.
fn common() -> BTreeSet<String> {
    let header = read("aot_reloc.h");
    let lines = header.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(names).map(str::to_owned).collect()
}

/// The symbols of `case`'s own, according to the conditions around them.
fn own(case: &Case) -> BTreeSet<String> {
    let text = read(&format!("arch/aot_reloc_{}.c", case.file));
    let (_, list) = text.split_once("SymbolMap target_sym_map[] = {").expect("it has the list");
    let (list, _) = list.split_once("\n};").expect("the list ends");
    // For each nested condition: whether this branch is taken, and whether any branch was.
    let mut conditions: Vec<(bool, bool)> = Vec::new();
    let mut symbols = BTreeSet::new();
    for line in list.lines().map(str::trim) {
        let word = |prefix| line.strip_prefix(prefix).map(|rest: &str| holds(case, rest.trim()));
        if let Some(holds) = word("#ifndef").map(|holds| !holds).or_else(|| word("#if")) {
            conditions.push((holds, holds));
        } else if let Some(holds) = word("#elif") {
            let (taken, was) = conditions.last_mut().expect("a condition began");
            (*taken, *was) = (holds && !*was, *was || holds);
        } else if line.starts_with("#else") {
            let (taken, was) = conditions.last_mut().expect("a condition began");
            *taken = !*was;
        } else if line.starts_with("#endif") {
            conditions.pop().expect("a condition began");
        } else if conditions.iter().all(|(taken, _)| *taken) {
            symbols.extend(names(line).map(str::to_owned));
        }
    }
    symbols
}

fn holds(case: &Case, condition: &str) -> bool {
    // The rest of `#ifdef NAME`.
    let condition = condition.strip_prefix("def ").unwrap_or(condition).trim();
    let known = ["__ARM_ARCH != 6", "__CCAC__", "__riscv_xlen == 32", "NEED_SOFT_FP"];
    // A condition that a file does not determine counts as true.
    NO_INTEGERS.contains(&condition)
        || case.holds.contains(&condition)
        || !(known.contains(&condition)
            || condition == "NEED_SOFT_DP"
            || condition.starts_with("defined(_WIN32)"))
            && panic!("{}: what is {condition:?}?", case.file)
}

#[test]
fn lists_are_those_of_the_sources() {
    let common = common();
    assert!(common.contains("aot_invoke_native") && common.contains("memcpy"), "{common:?}");
    let mut all = common.clone();
    for case in CASES {
        let own = own(case);
        let symbols: Vec<&str> = common.iter().chain(&own).map(String::as_str).collect();
        let missing = case.loader.unresolved(Release::Main, &symbols);
        assert!(missing.is_empty(), "{:?}: {missing:?}", case.loader);
        all.extend(own);
    }
    // The lists contain nothing that is not in the sources.
    for case in CASES.iter().filter(|case| case.loader != Loader::Arc && case.loader != SOFT) {
        let expected: BTreeSet<_> = common.union(&own(case)).cloned().collect();
        let others: Vec<&str> = all.difference(&expected).map(String::as_str).collect();
        let missing = case.loader.unresolved(Release::Main, &others);
        assert_eq!(missing, others, "{:?}", case.loader);
    }
}
