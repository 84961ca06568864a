//! Targets and CPUs.

use std::env::consts::ARCH;

use cwamrc::{Architecture, Cpu, Options};
use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::usage::misuse;

/// Uses popcount and rotation, for which some CPUs have instructions and others do not.
const BITS: &str = r#"(module (func (export "f") (param i64) (result i64)
    (i64.popcnt (i64.rotl (local.get 0) (i64.const 13)))))"#;

/// The output for [`BITS`], compiled with `arguments`.
fn compile(arguments: &[&str]) -> Vec<u8> {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", BITS);
    sandbox.cwamrc(&[&["-o", "-", "in.wat"], arguments].concat()).silent()
}

/// The architecture in the target info of a file.
fn architecture(aot: &[u8]) -> String {
    let report = Sandbox::new().cwamrc_with(&["inspect", "--json", "-"], aot).silent();
    let report: Value = serde_json::from_slice(&report).expect("the report is JSON");
    report["target"]["arch"].as_str().expect("it has an architecture").to_owned()
}

/// The library's output for [`BITS`].
fn library(cpu: Cpu) -> Vec<u8> {
    let wasm = wat::parse_str(BITS).expect("the text is right");
    cwamrc::compile(&wasm, &Options::new().cpu(cpu)).expect("it compiles").into_bytes()
}

#[test]
fn names_of_targets() {
    for (names, arch) in [
        (&["x86_64", "amd64", "x86_64-unknown-linux-gnu"][..], "x86_64"),
        (&["aarch64", "arm64", "aarch64v8", "aarch64-unknown-linux-gnu"], "aarch64v8"),
        (&["riscv64", "riscv64gc-unknown-linux-gnu"], "riscv64"),
    ] {
        for name in names {
            let aot = compile(&[&format!("--target={name}")]);
            assert_eq!(architecture(&aot), arch, "{name}");
        }
    }
}

#[test]
fn a_named_target_makes_the_same_file_on_every_machine() {
    for &architecture in Architecture::ALL {
        let target = format!("--target={architecture}");
        assert_eq!(compile(&[&target]), library(Cpu::baseline(architecture)));
        assert_eq!(compile(&[&target, "--cpu=generic"]), library(Cpu::baseline(architecture)));
    }
}

#[test]
fn without_a_target_it_is_this_machine() {
    let host = library(Cpu::host().expect("this machine is a target"));
    assert_eq!(compile(&[]), host);
    assert_eq!(compile(&["--cpu=native"]), host);
    assert_eq!(compile(&[&format!("--target={ARCH}"), "--cpu=host"]), host);
    assert!(architecture(&host).starts_with(ARCH));
}

#[test]
fn cpus_and_features_decide_about_instructions() {
    let assembly = |arguments: &[&str]| {
        String::from_utf8(compile(&[&["--format=asm"], arguments].concat())).expect("it is UTF-8")
    };
    for (arguments, instruction, has) in [
        (&["--target=x86_64"][..], "popcntq", false),
        (&["--target=x86_64", "--cpu=x86-64-v2"], "popcntq", true),
        (&["--target=x86_64", "--cpu=x86-64-v2", "--cpu-features=-popcnt"], "popcntq", false),
        (&["--target=x86_64", "--cpu-features=+popcnt,+sse4.2"], "popcntq", true),
        (&["--target=x86_64", "--cpu-features", "-bmi,+avx,+popcnt"], "popcntq", true),
        (&["--target=riscv64"], "cpop", false),
        (&["--target=riscv64", "--cpu=generic-rv64"], "cpop", false),
        (&["--target=riscv64", "--cpu=rva22"], "cpop", true),
        (&["--target=riscv64", "--cpu-features=+zbb"], "cpop", true),
        (&["--target=riscv64-unknown-linux-gnu", "--target-abi=lp64d"], "cpop", false),
    ] {
        let text = assembly(arguments);
        assert_eq!(text.contains(instruction), has, "{arguments:?}: {text}");
    }
}

#[test]
fn lists_of_what_exists() {
    for (arguments, expected) in [
        (&["--target=help"][..], &["x86_64", "aarch64", "arm64", "aarch64v8.2", "riscv64"][..]),
        (&["--target", "help", "-o", "out.aot"], &["x86-64 with SSE4.1", "rv64gc"]),
        (&["--target-abi=help", "--target=riscv64"], &["lp64d", "gnu"]),
        (&["--cpu=help", "--target=x86_64"], &["x86-64-v3", "skylake", "znver4"]),
        (&["--cpu=help", "--target=arm64"], &["cortex-a53", "cortex-a72", "neoverse-n1"]),
        (&["--cpu=help", "--target=riscv64"], &["generic-rv64", "rva22u64", "rva23"]),
        (&["--cpu-features=+help", "--target=x86_64"], &["avx2", "bmi2", "sse4.1"]),
        (&["--cpu-features=+help", "--target=aarch64"], &["lse", "dotprod"]),
        (&["--cpu-features", "+help", "--target=riscv64"], &["zba", "zicond", " v,"]),
        (&["--cpu=help"], &["native"]),
        #[cfg(feature = "run")]
        (&["run", "--cpu=help"], &["native"]),
    ] {
        let sandbox = Sandbox::new();
        let list = String::from_utf8(sandbox.cwamrc(arguments).silent()).expect("it is UTF-8");
        for text in expected {
            assert!(list.contains(text), "{arguments:?}: {text:?} is not in {list}");
        }
        assert!(sandbox.names().is_empty());
    }
}

#[test]
fn everything_that_is_listed_is_taken() {
    for &architecture in Architecture::ALL {
        for name in architecture.names() {
            compile(&[&format!("--target={name}")]);
        }
        let target = format!("--target={architecture}");
        for abi in architecture.abis() {
            compile(&[&target, &format!("--target-abi={abi}")]);
        }
        for names in architecture.cpus() {
            compile(&[&target, &format!("--cpu={}", names[0])]);
        }
        for (feature, required) in architecture.features() {
            compile(&[&target, &format!("--cpu-features=+{feature}")]);
            if !required {
                compile(&[&target, &format!("--cpu-features=-{feature}")]);
            }
        }
    }
}

#[test]
fn machines_that_no_code_is_made_for() {
    let refused = |flags: &[&str], expected: &[&str]| {
        misuse(&[&["-o", "out.aot", "in.wat"], flags].concat(), expected);
    };
    let works = "x86_64, aarch64, riscv64 on Linux";
    refused(&["--target=x86_64-pc-windows-msvc"], &["Windows", works]);
    refused(&["--target=aarch64-apple-darwin"], &["not Linux", works]);
    refused(&["--target=i386"], &["64 bits", works]);
    refused(&["--target=thumbv7"], &["64 bits", works]);
    refused(&["--target=riscv32"], &["64 bits", works]);
    refused(&["--target=risc64"], &["`risc64`; did you mean `riscv64`?", "--target=help"]);
    refused(&["--target=riscv64", "--target-abi=lp64"], &["integer registers", "`lp64d`"]);
    refused(&["--target=x86_64", "--target-abi=msvc"], &["Windows", "`gnu`"]);
    refused(&["--target=x86_64", "--cpu=skylak"], &["did you mean `skylake`?", "--cpu=help"]);
    refused(&["--target=x86_64", "--cpu=core2"], &["SSE4.1"]);
    refused(&["--target=x86_64", "--cpu-features=-sse4.1"], &["cannot be switched off", "SSE4.1"]);
    refused(&["--target=riscv64", "--cpu-features=-c"], &["cannot be switched off", "rv64gc"]);
    refused(&["--target=aarch64", "--cpu-features=+avx"], &["`avx`", "--cpu-features=+help"]);
    refused(&["--target=aarch64", "--cpu-features=lse"], &["`lse`", "`+` or `-`"]);
    let foreign = if ARCH == "riscv64" { "aarch64" } else { "riscv64" };
    refused(&[&format!("--target={foreign}"), "--cpu=native"], &["this machine has no"]);
    #[cfg(feature = "run")]
    misuse(&["run", &format!("--target={foreign}"), "in.wat"], &["cannot run code for"]);
}
