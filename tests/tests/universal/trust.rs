//! Machine code runs only if it is signed with a trusted key. Digests alone prove nothing, because
//! whoever makes a file also makes its digests.

use std::process::Command;

use cwamrc::Architecture;
use cwamrc::universal::{SigningKey, embed, embed_signed, report, strip};
use cwamrc_tests::machine::Machine;
use wamr_shim::{Choice, InstanceConfig, Trust};

use super::{MODULE, RESULT, SANITIZED, build_host, machines, replace, run, run_trusting};
use super::{universal, universal_with};

fn key() -> SigningKey {
    SigningKey::generate().expect("the system has random numbers")
}

fn trusting(keys: &[&SigningKey]) -> Trust {
    Trust::Keys(keys.iter().map(|key| *key.public_key().as_bytes()).collect())
}

fn wasm() -> Vec<u8> {
    wat::parse_str(MODULE).expect("it is a module")
}

/// Another module, which returns another result.
fn other_wasm() -> Vec<u8> {
    replace(&wasm(), b"\x41\x0a", b"\x41\x0b")
}
const OTHER_RESULT: i32 = 89 + 42;

fn signed(key: &SigningKey) -> Vec<u8> {
    let wasm = wasm();
    universal_with(&wasm, |codes| embed_signed(&wasm, codes, key))
}

/// The section for `machine`, with its header.
fn section(file: &[u8], machine: &str) -> Vec<u8> {
    let report = report(file).expect("it is a module").expect("it has code");
    let found = report.native_code.iter().find(|section| section.machine == machine);
    let found = found.expect("it has code for it");
    file[found.offset..found.offset + found.size].to_vec()
}

/// The offset of the key in the section for `machine`. The signature follows, then the digest of
/// the module.
fn key_at(file: &[u8], machine: &str) -> usize {
    let report = report(file).expect("it is a module").expect("it has code");
    let found = report.native_code.iter().find(|section| section.machine == machine);
    // Section id, size, length of the name, name, version.
    found.expect("it has code for it").offset + 1 + 5 + 1 + "cwamrc.aot.".len() + machine.len() + 4
}

fn host() -> &'static str {
    Architecture::host().expect("tests run where code can be made for").name()
}

/// The code of one module in another module, with correct digests.
#[test]
fn digests_authenticate_nothing() {
    let wasm = wasm();
    let file = universal_with(&other_wasm(), |codes| embed(&wasm, codes));
    for machine in machines() {
        let untrusted = (Choice::Untrusted, RESULT);
        assert_eq!(run_trusting(&Trust::Nobody, machine, &file), untrusted, "{machine}");
        assert_eq!(run_trusting(&trusting(&[]), machine, &file), untrusted, "{machine}");
        assert_eq!(run_trusting(&trusting(&[&key()]), machine, &file), untrusted, "{machine}");
        assert_eq!(run(machine, &file), (Choice::Native, OTHER_RESULT), "{machine}");
    }
}

#[test]
fn signed_code_runs_where_its_key_is_trusted() {
    let (key, other) = (key(), key());
    let file = signed(&key);
    assert_eq!(file, signed(&key), "signatures are deterministic");
    for machine in machines() {
        let chosen = |trust: &Trust| run_trusting(trust, machine, &file);
        assert_eq!(chosen(&trusting(&[&key])), (Choice::Native, RESULT), "{machine}");
        assert_eq!(chosen(&trusting(&[&other, &key])), (Choice::Native, RESULT), "{machine}");
        assert_eq!(chosen(&trusting(&[&other])), (Choice::UnknownKey, RESULT), "{machine}");
        assert_eq!(chosen(&Trust::Nobody), (Choice::Untrusted, RESULT), "{machine}");
        assert_eq!(chosen(&Trust::Everybody), (Choice::Native, RESULT), "{machine}");
    }
}

/// Code that an attacker signed, with the key of another person.
#[test]
fn nobody_signs_for_others() {
    let (owner, attacker) = (key(), key());
    let mut file = signed(&attacker);
    while let Some(place) = file.windows(32).position(|w| w == attacker.public_key().as_bytes()) {
        file[place..place + 32].copy_from_slice(owner.public_key().as_bytes());
    }
    for machine in machines() {
        let chosen = run_trusting(&trusting(&[&owner]), machine, &file);
        assert_eq!(chosen, (Choice::Forged, RESULT), "{machine}");
    }
    // With the neutral element as a key, the base point and 1 are a valid signature for every
    // message, unless such keys are refused.
    let (mut neutral, mut signature) = ([0; 32], [0x66; 64]);
    neutral[0] = 1;
    signature[0] = 0x58;
    signature[32..].copy_from_slice(&neutral);
    let mut file = replace_all(&file, owner.public_key().as_bytes(), &neutral);
    let place = key_at(&file, host()) + 32;
    file[place..place + 64].copy_from_slice(&signature);
    let chosen = run_trusting(&Trust::Keys(vec![neutral]), Machine::Here, &file);
    assert_eq!(chosen, (Choice::Forged, RESULT));
}

fn replace_all(bytes: &[u8], from: &[u8; 32], to: &[u8; 32]) -> Vec<u8> {
    let mut replaced = bytes.to_vec();
    while let Some(place) = replaced.windows(32).position(|window| window == from) {
        replaced[place..place + 32].copy_from_slice(to);
    }
    replaced
}

/// A signed section is useless in another module, or for another machine.
#[test]
fn signed_code_cannot_be_moved() {
    let key = key();
    let trust = trusting(&[&key]);
    let file = signed(&key);
    let others = universal(&other_wasm());
    for machine in machines() {
        let name = match machine {
            Machine::Here => host(),
            Machine::Runner { architecture, .. } => architecture.name(),
        };
        let section = section(&file, name);
        let moved = [&other_wasm()[..], &section].concat();
        let chosen = run_trusting(&trust, machine, &moved);
        assert_eq!(chosen, (Choice::Edited, OTHER_RESULT), "{machine}");
        // With the digest of its new module.
        let digest = |file: &[u8]| {
            let start = key_at(file, name) + 32 + 64;
            <[u8; 32]>::try_from(&file[start..start + 32]).expect("so many are taken")
        };
        let moved = replace_all(&moved, &digest(&file), &digest(&others));
        let chosen = run_trusting(&trust, machine, &moved);
        assert_eq!(chosen, (Choice::Forged, OTHER_RESULT), "{machine}");
        // A section that someone inserts in front is examined instead, and does not run either.
        let both = [&wasm()[..], &self::section(&universal(&wasm()), name), &section].concat();
        let chosen = run_trusting(&trust, machine, &both);
        assert_eq!(chosen, (Choice::Untrusted, RESULT), "{machine}");
    }
    for (machine, from, to) in [
        (Architecture::Aarch64, "riscv64", "aarch64"),
        (Architecture::Riscv64, "aarch64", "riscv64"),
    ] {
        let of_it = |other: &Machine| matches!(other, Machine::Runner { architecture, .. } if *architecture == machine);
        let Some(runner) = Machine::foreign().find(of_it) else { continue };
        let section = replace(&section(&file, from), from.as_bytes(), to.as_bytes());
        let chosen = run_trusting(&trust, runner, &[&wasm()[..], &section].concat());
        assert_eq!(chosen, (Choice::Forged, RESULT), "{machine}");
    }
}

/// If any byte of module or section is changed, including signature and key, the code does not run.
#[test]
fn every_byte_is_signed() {
    let key = key();
    let trust = trusting(&[&key]);
    let file = signed(&key);
    let alone = [&wasm()[..], &section(&file, host())].concat();
    let runtime = Machine::Here.runtime();
    assert!(runtime.load_native(&alone, &trust).expect("it is small").is_ok());
    for position in 0..alone.len() {
        for bit in [0x01, 0x10, 0x80] {
            let mut damaged = alone.clone();
            damaged[position] ^= bit;
            let loaded = runtime.load_native(&damaged, &trust).expect("it is small");
            assert!(loaded.is_err(), "byte {position}, bit {bit:#x}");
        }
    }
    // Nor if any byte is appended.
    let longer = [&alone[..], b"\0"].concat();
    let loaded = runtime.load_native(&longer, &trust).expect("it is small");
    assert_eq!(loaded.err(), Some(Choice::Edited));
}

/// The runtime ignores the name of a file: its content decides.
#[test]
fn files_of_machine_code_are_no_modules() {
    let file = universal(&wasm());
    for machine in machines() {
        let name = match machine {
            Machine::Here => host(),
            Machine::Runner { architecture, .. } => architecture.name(),
        };
        let reports = report(&file).expect("it is a module").expect("it has code").native_code;
        let code = reports.iter().find(|section| section.machine == name);
        let code = code.and_then(|section| section.code.as_ref()).expect("it has code for it");
        let aot = &file[code.aot_offset..][..code.aot_size];
        let runtime = machine.runtime();
        for trust in [Trust::Nobody, trusting(&[&key()])] {
            assert!(runtime.load_universal(aot, &trust).is_err(), "{machine}");
            let chosen = runtime.load_native(aot, &trust).expect("it is small");
            assert_eq!(chosen.err(), Some(Choice::AotFile), "{machine}");
        }
        assert!(runtime.load_wasm(aot).is_err(), "{machine}");
        let wasm = strip(&file).expect("it has sections");
        runtime.load_wasm(&wasm).expect("it is a module");
        // For those who say so.
        let loaded = runtime.load_universal(aot, &Trust::Everybody).expect("it is trusted");
        let instance = loaded.0.instantiate(&InstanceConfig::default()).expect("as before");
        assert_eq!(instance.call_typed::<_, i32>("f", ()), Ok(RESULT), "{machine}");
    }
}

/// The signatures are verified by libsodium, which is independent of the code that makes them.
#[test]
fn a_host_in_c_with_libsodium() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let flags = [SANITIZED, &["-DWITH_SODIUM"]].concat();
    let program = build_host(folder.path(), "cc", &flags, &["-lsodium"]);
    let path = folder.path().join("app.wasm");
    let host = |file: &[u8], trust: &str, more: &[&str]| {
        std::fs::write(&path, file).expect("the folder can be written to");
        let mut host = Command::new(&program);
        let done = host.arg(&path).arg(trust).args(more).output().expect("it starts");
        let messages = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(0), "{messages}");
        (messages, done.stdout)
    };
    let (key, other) = (key(), key());
    let [trusted, unknown] = [&key, &other].map(|key| key.public_key().to_string());
    let file = signed(&key);

    let (choice, code) = host(&file, &trusted, &[]);
    assert_eq!(choice, Choice::Native.to_string());
    assert!(code.starts_with(b"\0aot"));
    let whole = |choice: Choice, file: &[u8]| (choice.to_string(), file.to_vec());
    assert_eq!(host(&file, &unknown, &[]), whole(Choice::UnknownKey, &file));
    assert_eq!(host(&file, "nobody", &[]), whole(Choice::Untrusted, &file));
    let unsigned = universal(&wasm());
    assert_eq!(host(&unsigned, &trusted, &[]), whole(Choice::Untrusted, &unsigned));
    assert_eq!(host(&unsigned, "nobody", &[]), whole(Choice::Untrusted, &unsigned));
    let forged =
        replace_all(&signed(&other), other.public_key().as_bytes(), key.public_key().as_bytes());
    assert_eq!(host(&forged, &trusted, &[]), whole(Choice::Forged, &forged));
    let moved = [&other_wasm()[..], &section(&file, self::host())].concat();
    assert_eq!(host(&moved, &trusted, &[]), whole(Choice::Edited, &moved));
    // An .aot file under another name: nothing is loaded.
    for trust in [&trusted, "nobody"] {
        assert_eq!(host(&code, trust, &[]), whole(Choice::AotFile, b""));
    }
    assert_eq!(host(&code, "everybody", &[]), whole(Choice::NotUniversal, &code));
    // The code for this machine is at the end, so only the whole file contains it.
    let last = [&wasm()[..], &section(&file, self::host())].concat();
    host(&last, &trusted, &["shorten"]);
}
