//! Options as data: keys, values, defaults, and errors. The expected texts are written by hand.

use std::num::NonZeroUsize;

use cwamrc::instrument::{Costs, Gas, Instrumentation};
use cwamrc::{
    Architecture, BoundsChecks, CallStacks, Cpu, Diagnostic, OptLevel, Options, Proposal, Release,
};

fn read(text: &str) -> Result<Options, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[test]
fn what_is_left_out_has_its_default() {
    assert_eq!(read("{}"), Ok(Options::new()));
    assert_eq!(read(r#"{"opt_level": 1}"#), Ok(Options::new().opt_level(OptLevel::O1)));
}

#[test]
fn every_option_can_be_told() {
    let text = r#"{
        "cpu": { "architecture": "aarch64", "features": ["lse"] },
        "opt_level": 0,
        "bounds_checks": "software",
        "stack_bounds_checks": true,
        "aux_stack_checks": false,
        "call_stacks": { "position": true, "trap_position": false, "function_index": true },
        "frame_pointers": true,
        "instrumentation": {
            "interruptible": true,
            "count_instructions": true,
            "gas": { "limit": 7, "costs": "function = 2\nselect = 5\nend = 3\ntable.copy = 1 + 9/8\n" },
            "measure_time": true
        },
        "indirect_mode": true,
        "canonicalize_nans": true,
        "release": "2.3.0",
        "threads": 3,
        "emit_custom_sections": ["name", "build_id"],
        "address_map": true,
        "disabled_proposals": ["tail-calls", "memory64"]
    }"#;
    let cpu = Cpu::baseline(Architecture::Aarch64).with_features("+lse").expect("a feature");
    let mut call_stacks = CallStacks::complete();
    call_stacks.trap_position = false;
    let mut gas = Gas::new();
    gas.limit = Some(7);
    gas.costs =
        Costs::parse("function = 2\nselect = 5\nend = 3\ntable.copy = 1 + 9/8").expect("a table");
    let mut instrumentation = Instrumentation::default();
    instrumentation.interruptible = true;
    instrumentation.count_instructions = true;
    instrumentation.gas = Some(gas);
    instrumentation.measure_time = true;
    let expected = Options::new()
        .cpu(cpu)
        .opt_level(OptLevel::O0)
        .bounds_checks(BoundsChecks::Software)
        .stack_bounds_checks(true)
        .aux_stack_checks(false)
        .call_stacks(call_stacks)
        .frame_pointers(true)
        .instrumentation(instrumentation)
        .indirect_mode(true)
        .canonicalize_nans(true)
        .release(Release::V2_3_0)
        .threads(NonZeroUsize::new(3).expect("some"))
        .emit_custom_sections(vec!["name".to_owned(), "build_id".to_owned()])
        .address_map(true)
        .without(Proposal::TailCalls)
        .without(Proposal::Memory64);
    assert_eq!(read(text), Ok(expected));
}

#[test]
fn what_is_written_is_read_again() {
    let mut all = vec![Options::new(), Options::new().release(Release::Main)];
    for &architecture in Architecture::ALL {
        for names in architecture.cpus() {
            let cpu = Cpu::named(architecture, names[0]).expect("it is listed");
            all.push(Options::new().cpu(cpu));
        }
    }
    let mut metered = Options::new();
    let mut gas = Gas::new();
    let table = "default = 4\ni32.add = 1\nselect = 9\nmemory.grow = 4 + 0/1";
    gas.costs = Costs::parse(table).expect("a table");
    metered.instrumentation.gas = Some(gas);
    all.push(metered);
    for options in all {
        let text = serde_json::to_string(&options).expect("options are data");
        assert_eq!(read(&text), Ok(options));
    }
}

#[test]
fn a_part_or_a_name_is_enough() {
    let cpu = |text: &str| read(&format!(r#"{{"cpu": "{text}"}}"#)).map(|options| options.cpu);
    assert_eq!(cpu("native"), Ok(Cpu::host().expect("it is a machine that is supported")));
    assert_eq!(cpu("riscv64"), Ok(Cpu::baseline(Architecture::Riscv64)));
    assert_eq!(cpu("haswell"), Cpu::named(Architecture::X86_64, "haswell").map_err(|_| "".into()));
    assert_eq!(cpu("cortex-a72").map(|cpu| cpu.architecture()), Ok(Architecture::Aarch64));

    let mut call_stacks = CallStacks::empty();
    call_stacks.position = true;
    let expected = Options::new().call_stacks(call_stacks);
    assert_eq!(read(r#"{"call_stacks": {"position": true}}"#), Ok(expected));

    let costs = |text: &str| -> Result<Costs, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    };
    let expected = Costs::parse("i32.add = 2\nmemory.fill = 5 + 1/64").expect("a table");
    assert_eq!(costs(r#"{"i32.add": 2, "memory.fill": "5 + 1/64"}"#), Ok(expected));
}

#[test]
fn mistakes_are_named() {
    for (text, expected) in [
        (r#"{"optlevel": 1}"#, "unknown field `optlevel`"),
        (r#"{"opt_level": 4}"#, "unknown level 4"),
        (r#"{"bounds_checks": "none"}"#, "unknown variant `none`"),
        (r#"{"release": "1.0"}"#, "1.0"),
        (r#"{"cpu": {"architecture": "vax"}}"#, "unknown architecture `vax`"),
        (r#"{"cpu": {"architecture": "x86_64", "features": ["sse9"]}}"#, "`sse9`"),
        (r#"{"cpu": {"architecture": "x86_64", "model": "k8"}}"#, "unknown field `model`"),
        (r#"{"threads": 0}"#, "nonzero"),
        (r#"{"cpu": "generic"}"#, "generic"),
        (r#"{"cpu": "vax"}"#, "vax"),
        (r#"{"cpu": 7}"#, "expected the name of a CPU or target"),
        (r#"{"call_stacks": {"positions": true}}"#, "unknown field `positions`"),
        (r#"{"instrumentation": {"gas": {"costs": {"i32.plus": 1}}}}"#, "i32.plus"),
        (r#"{"instrumentation": {"gas": {"costs": {"i32.add": "1\nnop = 2"}}}}"#, "i32.add"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn results_are_data_too() {
    let wasm = wat::parse_str(r#"(module (memory i64 1) (func $f))"#).expect("the text is right");
    let artifact = cwamrc::compile(&wasm, &Options::new()).expect("it compiles");
    let json = |value: &[Diagnostic]| serde_json::to_value(value).expect("diagnostics are data");
    assert_eq!(json(artifact.warnings())[0]["severity"], "warning");
    let symbols = serde_json::to_value(artifact.symbols()).expect("symbols are data");
    let symbol = &symbols[0];
    assert_eq!((&symbol["name"], &symbol["kind"]), (&"f".into(), &"function".into()));
    let statistics = serde_json::to_value(artifact.statistics()).expect("numbers are data");
    assert_eq!(statistics["functions"], 1);
}
