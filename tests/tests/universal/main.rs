//! Universal files: any runtime runs the module in them, and WAMR the machine code. Code is not run
//! if it was made for another module, is damaged, needs a better CPU, or was made by someone who is
//! not trusted.

mod layout;
mod trust;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cwamrc::universal::{NativeCode, embed, strip};
use cwamrc::{Architecture, Compiler, Cpu, Error, Options, Release};
use cwamrc_tests::machine::{Build, Machine};
use cwamrc_tests::programs::{Inputs, Program, run_command};
use cwamrc_tests::runner;
use cwamrc_tests::tree::root;
use wamr_shim::{Choice, InstanceConfig, Trust};

const MODULE: &str = r#"(module
    (memory 1)
    (data (i32.const 0) "\2a")
    (func $fib (param i32) (result i32)
        (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
            (then (local.get 0))
            (else (i32.add
                (call $fib (i32.sub (local.get 0) (i32.const 1)))
                (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
    (func (export "f") (result i32)
        (i32.add (call $fib (i32.const 10)) (i32.load8_u (i32.const 0)))))"#;
const RESULT: i32 = 55 + 42;

fn machines() -> impl Iterator<Item = Machine> {
    [Machine::Here].into_iter().chain(Machine::foreign())
}

/// A module with code for all targets, as `cwamrc --format=universal` makes it.
fn universal(wasm: &[u8]) -> Vec<u8> {
    universal_with(wasm, |codes| embed(wasm, codes))
}

/// The result of `embed` with the code of a module for all targets.
fn universal_with(
    wasm: &[u8],
    embed: impl Fn(&[NativeCode<'_>]) -> Result<Vec<u8>, Error>,
) -> Vec<u8> {
    let options = Options::new().bounds_checks(Build::checks()[0]).release(Release::Main);
    let cpus: Vec<Cpu> = Architecture::ALL.iter().copied().map(Cpu::baseline).collect();
    let artifacts = Compiler::new(options).compile_each(wasm, &cpus).expect("it compiles");
    let codes = cpus.iter().zip(&artifacts);
    let codes = codes.map(|(cpu, artifact)| NativeCode { cpu, aot: artifact.bytes() });
    embed(&codes.collect::<Vec<_>>()).expect("it has sections")
}

fn module() -> Vec<u8> {
    universal(&wat::parse_str(MODULE).expect("it is a module"))
}

/// What is chosen on `machine` if everyone is trusted, and the result of `f`.
fn run(machine: Machine, file: &[u8]) -> (Choice, i32) {
    run_trusting(&Trust::Everybody, machine, file)
}

fn run_trusting(trust: &Trust, machine: Machine, file: &[u8]) -> (Choice, i32) {
    let loaded = machine.runtime().load_universal(file, trust);
    let (module, choice) = loaded.unwrap_or_else(|error| panic!("{machine}: {error}"));
    let instance = module.instantiate(&InstanceConfig::default()).expect("it needs nothing");
    (choice, instance.call_typed("f", ()).expect("it does not trap"))
}

#[test]
fn each_machine_runs_its_code() {
    let file = module();
    let wasm = strip(&file).expect("it has sections");
    for machine in machines() {
        assert_eq!(run(machine, &file), (Choice::Native, RESULT), "{machine}");
        assert_eq!(run(machine, &wasm), (Choice::NotUniversal, RESULT), "{machine}");
        // The alignment of the bytes does not matter.
        let moved = [b"\0", &file[..]].concat();
        assert_eq!(run(machine, &moved[1..]).0, Choice::Native, "{machine}");
    }
}

/// A module that only its machine code can run: WAMR's interpreter does not know this encoding of
/// exceptions.
#[test]
fn machine_code_throws_and_catches() {
    let text = r#"(module
        (tag $t (param i32))
        (func $throw (param i32) (throw $t (local.get 0)))
        (func (export "f") (result i32)
            (block $caught (result i32)
                (try_table (catch $t $caught) (call $throw (i32.const 97)))
                (i32.const 0))))"#;
    let file = universal(&wat::parse_str(text).expect("it is a module"));
    for machine in machines() {
        assert_eq!(run(machine, &file), (Choice::Native, 97), "{machine}");
    }
}

#[test]
fn code_for_others_is_left_alone() {
    let file = module();
    for machine in machines() {
        let Machine::Runner { architecture, .. } = machine else { continue };
        let name = format!("cwamrc.aot.{}", architecture.name());
        let renamed = replace(&file, name.as_bytes(), &name.replace('a', "o").into_bytes());
        assert!(matches!(run(machine, &renamed).0, Choice::OtherMachines), "{machine}");
    }
}

#[test]
fn edited_modules_run_as_edited() {
    let file = module();
    let edited = replace(&file, b"\x41\x0a", b"\x41\x0b");
    // Sections that tools add or remove count as well.
    let named = [&file[..], b"\0\x05\x04note"].concat();
    for machine in machines() {
        assert_eq!(run(machine, &edited), (Choice::Edited, 89 + 42), "{machine}");
        assert_eq!(run(machine, &named), (Choice::Edited, RESULT), "{machine}");
    }
}

/// If any byte of the section is changed, its code is not chosen. The bytes of the signature are an
/// exception, since everyone is trusted here.
#[test]
fn no_damaged_code_runs() {
    let file = module();
    let wasm_size = strip(&file).expect("it has sections").len();
    let runtime = Machine::Here.runtime();
    let own = b"cwamrc.aot.x86_64";
    let own = file.windows(own.len()).position(|bytes| bytes == own).expect("it has a section");
    let other = b"cwamrc.aot.aarch64";
    let end = file.windows(other.len()).position(|bytes| bytes == other).expect("it has another");
    assert!(wasm_size < own && own < end);
    // Behind name and version.
    let signature = own + 17 + 4..own + 17 + 4 + 32 + 64;
    for position in (own..end - 7).filter(|position| !signature.contains(position)) {
        let mut damaged = file.clone();
        damaged[position] ^= 0x10;
        let loaded = runtime.load_universal(&damaged, &Trust::Everybody);
        let (_, choice) = loaded.expect("the module is intact");
        assert_ne!(choice, Choice::Native, "byte {position}");
    }
}

/// The answer of the C code is compared with that of cranelift-native, which is an independent
/// implementation.
#[test]
fn code_for_better_cpus_is_not_run() {
    let wasm = wat::parse_str(MODULE).expect("it is a module");
    let host = Cpu::host().expect("tests run where code can be made for");
    let has: BTreeSet<&str> = host.features().collect();
    let runtime = Machine::Here.runtime();
    let architecture = host.architecture();
    let baseline = Cpu::baseline(architecture);
    let cpus = architecture.features().map(|(name, _)| {
        baseline.clone().with_features(&format!("+{name}")).expect("the feature exists")
    });
    for cpu in cpus.chain([baseline.clone()]) {
        let names: Vec<&str> = cpu.features().collect();
        let codes = [NativeCode { cpu: &cpu, aot: b"\0aot" }];
        let file = embed(&wasm, &codes).expect("it has sections");
        let loaded = runtime.load_universal(&file, &Trust::Everybody);
        let (_, choice) = loaded.expect("there is the module");
        if names.iter().all(|name| has.contains(name)) {
            // The code is chosen, and only then found not to be a valid file.
            assert!(matches!(choice, Choice::Refused(_)), "{names:?}: {choice}");
        } else {
            assert_eq!(choice, Choice::CpuLacks, "{names:?}");
        }
    }
}

/// The emulator of riscv64 does not implement the query, so the features count as missing.
#[test]
fn features_that_the_system_does_not_tell_are_missing() {
    let wasm = wat::parse_str(MODULE).expect("it is a module");
    for machine in Machine::foreign() {
        let Machine::Runner { architecture: Architecture::Riscv64, .. } = machine else { continue };
        let cpu = Cpu::baseline(Architecture::Riscv64).with_features("+zvl1024b");
        let cpu = cpu.expect("the feature exists");
        let file = embed(&wasm, &[NativeCode { cpu: &cpu, aot: b"\0aot" }]).expect("as before");
        assert_eq!(run(machine, &file), (Choice::CpuLacks, RESULT));
    }
}

#[test]
fn the_c_code_knows_every_feature() {
    let source = root().join("runtime-shim/build/csrc/cwamrc_universal.c");
    let source = fs::read_to_string(source).expect("it is there");
    let names = Architecture::ALL.iter().flat_map(|architecture| architecture.features());
    for (name, _) in names {
        assert!(source.contains(&format!("{{ \"{name}\", ")), "{name}");
    }
}

/// Builds the host from `host.c` and only two of our files.
fn build_host(folder: &Path, compiler: &str, flags: &[&str], libraries: &[&str]) -> PathBuf {
    let sources = root().join("runtime-shim/build/csrc");
    let program = folder.join("host");
    let built = Command::new(compiler)
        .args(flags)
        .args(["-Wall", "-Wextra", "-Werror", "-I"])
        .arg(&sources)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/universal/host.c"))
        .arg(sources.join("cwamrc_universal.c"))
        .arg("-o")
        .arg(&program)
        .args(libraries)
        .output()
        .expect("tests/scripts/inputs.sh installs what is missing");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    program
}

/// The emulator provides CPUs with several vector lengths, which the CPU itself reports. It does
/// not report `zcb`.
#[test]
fn vectors_are_long_enough() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let target = wamr_build::Target::find("riscv64", "linux").expect("WAMR has it");
    let flags = ["-std=gnu99", "-O1", "-static"];
    let program = build_host(folder.path(), target.compiler(), &flags, &[]);

    let wasm = wat::parse_str(MODULE).expect("it is a module");
    let path = folder.path().join("app.wasm");
    let choice = |emulated: &str, features: &str| {
        let cpu = Cpu::baseline(Architecture::Riscv64).with_features(features);
        let cpu = cpu.expect("the features exist");
        let file = embed(&wasm, &[NativeCode { cpu: &cpu, aot: b"\0aot" }]).expect("as before");
        fs::write(&path, file).expect("the folder can be written to");
        let mut host = Command::new("qemu-riscv64");
        host.args(["-cpu", emulated]).arg(&program).arg(&path).arg("everybody");
        let done = host.output().expect("tests/scripts/inputs.sh installs the emulator");
        assert!(done.status.success(), "{emulated}: {:?}", done.status);
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    let (native, lacks) = (Choice::Native.to_string(), Choice::CpuLacks.to_string());
    for (emulated, longest) in [
        ("rv64", 0),
        ("rv64,v=true,vlen=128,vext_spec=v1.0", 128),
        ("rv64,v=true,vlen=256,vext_spec=v1.0", 256),
        ("rv64,v=true,vlen=512,vext_spec=v1.0", 512),
        ("rv64,v=true,vlen=1024,vext_spec=v1.0", 1024),
    ] {
        assert_eq!(choice(emulated, "-v"), native, "{emulated}");
        assert_eq!(choice(emulated, "+zcb"), lacks, "{emulated}");
        for bits in [128, 256, 512, 1024] {
            let expected = if bits <= longest { &native } else { &lacks };
            assert_eq!(choice(emulated, &format!("+v,+zvl{bits}b")), *expected, "{emulated}");
        }
    }
}

/// How hosts are built for this machine.
const SANITIZED: &[&str] = &[
    "-std=c99",
    "-D_GNU_SOURCE",
    "-g",
    "-O1",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover",
];

/// A host in C that uses only the two files, under gcc's sanitizers.
#[test]
fn a_host_in_c() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let program = build_host(folder.path(), "cc", SANITIZED, &[]);

    let file = module();
    let path = folder.path().join("app.wasm");
    let host = |file: &[u8], arguments: &[&str]| {
        fs::write(&path, file).expect("the folder can be written to");
        let mut host = Command::new(&program);
        host.arg(&path).arg("everybody").args(arguments);
        let done = host.output().expect("it starts");
        let messages = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(0), "{messages}");
        (messages, done.stdout)
    };
    let (choice, code) = host(&file, &[]);
    assert_eq!(choice, Choice::Native.to_string());
    assert!(code.starts_with(b"\0aot") && file.windows(code.len()).any(|bytes| bytes == code));
    let edited = replace(&file, b"\x41\x0a", b"\x41\x0b");
    assert_eq!(host(&edited, &[]), (Choice::Edited.to_string(), edited));
    // The code for this machine is at the end, so only the whole file contains it.
    let codes =
        [NativeCode { cpu: &Cpu::baseline(Architecture::host().expect("it is")), aot: &code }];
    let last = embed(&strip(&file).expect("it has sections"), &codes).expect("as before");
    host(&last, &["shorten"]);
}

/// Other implementations accept the files: Debian's wabt validates them, and PyPI's wasmtime runs
/// them.
#[test]
fn other_runtimes_run_the_module() {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    let programs = inputs.programs().expect("the table of programs is complete");
    let lua: &Program = programs.iter().find(|program| program.name == "lua").expect("it is there");
    let file = universal(&fs::read(&lua.wasm).expect("it is built"));
    wasmparser::validate(&file).expect("it is a module");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("lua.wasm");
    fs::write(&path, &file).expect("the folder can be written to");
    let valid = Command::new("wasm-validate").arg(&path).output();
    let valid = valid.expect("wasm-validate is there; on Debian, wabt brings it");
    assert!(valid.status.success(), "{}", String::from_utf8_lossy(&valid.stderr));

    let run = &lua.runs[0];
    let expected = run.expected().expect("the native program runs");
    let peer = root().join("benchmarks/peers/wasmtime_peer.py");
    let mut wasmtime = Command::new(inputs.peer_python());
    wasmtime.arg(peer).arg("run").arg(&path).arg("none");
    wasmtime.arg(run.folder.as_ref().expect("lua has scripts")).arg("--").args(&run.args);
    assert_eq!(run_command(&mut wasmtime, &run.stdin).expect("it starts"), expected);

    let loaded = Machine::Here.runtime().load_universal(&file, &Trust::Everybody);
    let (_, choice) = loaded.expect("it is valid");
    assert_eq!(choice, Choice::Native);
    let interpreted = runner::run(Machine::Here, &file, lua.host, run);
    assert_eq!(interpreted.expect("the interpreter runs it"), expected);
}

/// `bytes` with the only occurrence of `from` replaced.
fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut found = bytes.windows(from.len()).enumerate().filter(|(_, window)| *window == from);
    let (position, _) = found.next().expect("it occurs");
    let mut replaced = bytes.to_vec();
    replaced[position..position + from.len()].copy_from_slice(to);
    replaced
}
