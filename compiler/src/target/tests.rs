//! Compares the tables of all targets with Cranelift's settings and with each other.

mod vectors;
mod veneers;

use std::collections::BTreeSet;
use std::env;

use cranelift_codegen::settings::{self, Configurable, Flags, SettingKind};

use super::*;

/// Cranelift's settings for an instruction set.
fn builder(architecture: Architecture) -> cranelift_codegen::isa::Builder {
    cranelift_codegen::isa::lookup(architecture.target().triple()).expect("it is compiled in")
}

/// The boolean settings that `names` switch on, and those that are on by default.
fn enabled<'a>(
    architecture: Architecture,
    names: impl IntoIterator<Item = &'a str>,
) -> BTreeSet<String> {
    let mut builder = builder(architecture);
    for name in names {
        builder.enable(name).unwrap_or_else(|error| panic!("{architecture} {name}: {error}"));
    }
    let isa = builder.finish(Flags::new(settings::builder())).expect("the settings fit");
    let values = isa.isa_flags().into_iter();
    values.filter(|value| value.as_bool() == Some(true)).map(|value| value.name.into()).collect()
}

#[test]
fn tables_are_consistent() {
    for &architecture in Architecture::ALL {
        let target = architecture.target();
        let mut seen = BTreeSet::new();
        let names: Vec<&str> = target.features().iter().map(|feature| feature.name).collect();
        assert!(names.iter().all(|name| seen.insert(*name)), "{architecture}: a feature twice");
        let known = |name: &&str| names.contains(name);
        assert!(target.baseline().iter().all(&known), "{architecture}: baseline");
        for feature in target.features() {
            assert!(feature.implies.iter().all(&known), "{}", feature.name);
        }
        // The baseline is closed under implication, so that switching off a feature cannot remove
        // part of it.
        let baseline: BTreeSet<&str> = target.baseline().iter().copied().collect();
        let closed: BTreeSet<&str> = Cpu::baseline(architecture).features().collect();
        assert_eq!(baseline, closed);
        let mut cpus = BTreeSet::new();
        for model in target.cpus() {
            assert!(model.features.iter().all(&known), "{:?}", model.names);
            assert!(model.names.iter().all(|name| cpus.insert(*name)), "{:?}", model.names);
        }
        assert!(target.too_old_cpus().iter().all(|name| !cpus.contains(name)));
        assert!(cpus.contains("generic"), "{architecture}");
    }
}

#[test]
fn every_setting_that_describes_a_cpu_has_a_feature() {
    // Settings that protect code instead of describing a CPU; vector registers that are too large
    // for Cranelift's register allocator; compressed instructions, which must not be used (see
    // `riscv64.rs`).
    let other = |name: &str| {
        let protection = ["sign_return_address", "use_bti", "use_csdb"];
        let compressed = ["has_zca", "has_zcb", "has_zcd"];
        let size = name.strip_prefix("has_zvl").and_then(|rest| rest.strip_suffix('b'));
        protection.iter().any(|prefix| name.starts_with(prefix))
            || compressed.contains(&name)
            || size.is_some_and(|size| size.parse::<u32>().is_ok_and(|size| size > 1024))
    };
    for &architecture in Architecture::ALL {
        let features = architecture.target().features().iter();
        let used: BTreeSet<&str> = features.filter_map(|feature| feature.setting).collect();
        let settings = builder(architecture);
        let settings: Vec<_> = settings.iter().collect();
        let is_bool = |name: &str| {
            settings.iter().any(|setting| setting.name == name && setting.kind == SettingKind::Bool)
        };
        assert!(used.iter().all(|name| is_bool(name)), "{architecture}: {used:?}");
        for setting in settings.iter().filter(|setting| setting.kind == SettingKind::Bool) {
            let known = used.contains(setting.name) || other(setting.name);
            assert!(known, "{architecture}: {}", setting.name);
        }
    }
}

#[test]
fn cpus_have_what_the_presets_of_cranelift_say() {
    let mut compared = 0;
    for &architecture in Architecture::ALL {
        let presets = builder(architecture);
        for preset in presets.iter().filter(|setting| setting.kind == SettingKind::Preset) {
            let Ok(cpu) = Cpu::named(architecture, preset.name) else { continue };
            let ours = enabled(architecture, cpu.settings());
            let theirs = enabled(architecture, [preset.name]);
            assert!(theirs.is_subset(&ours), "{}: {theirs:?} is not in {ours:?}", preset.name);
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} presets");
}

#[test]
fn no_preset_of_a_cpu_is_forgotten() {
    // Names of features, and one name that LLVM does not have.
    let others = ["sse3", "ssse3", "sse41", "sse42", "baseline", "icelake", "has_c"];
    for &architecture in Architecture::ALL {
        for preset in builder(architecture).iter() {
            if preset.kind != SettingKind::Preset
                || others.contains(&preset.name)
                || preset.name.starts_with("zvl")
            {
                continue;
            }
            let error = Cpu::named(architecture, preset.name).err();
            let known = matches!(error, None | Some(TargetError::CpuBelowBaseline { .. }));
            assert!(known, "{architecture}: {error:?}");
        }
    }
}

#[test]
fn features_bring_along_and_take_along() {
    let cpu = |name: &str, features: &str| {
        let cpu = Cpu::named(Architecture::X86_64, name).expect("the CPU is known");
        cpu.with_features(features).map(|cpu| cpu.features().collect::<Vec<_>>().join(" "))
    };
    let baseline = "cx16 sse3 sse4.1 ssse3";
    assert_eq!(cpu("generic", ""), Ok(baseline.into()));
    assert_eq!(cpu("generic", "+avx"), Ok("avx cx16 sse3 sse4.1 sse4.2 ssse3".into()));
    assert_eq!(cpu("generic", "+avx512vl,-avx"), Ok("cx16 sse3 sse4.1 sse4.2 ssse3".into()));
    let rest = "bmi2 cx16 lzcnt popcnt sse3 sse4.1 ssse3";
    assert_eq!(cpu("haswell", "-sse4.2,-bmi"), Ok(rest.into()));
    let required = |name: &str| {
        let (name, architecture) = (name.into(), Architecture::X86_64);
        Err(TargetError::RequiredFeature { name, architecture })
    };
    assert_eq!(cpu("haswell", "-sse4.1"), required("sse4.1"));
    assert_eq!(cpu("haswell", "-sse3"), required("sse3"));
    let malformed = |text: &str| Err(TargetError::MalformedFeature { text: text.into() });
    assert_eq!(cpu("generic", "avx"), malformed("avx"));
    assert_eq!(cpu("generic", "+avx,é"), malformed("é"));
    let message = |result: Result<String, TargetError>| {
        result.err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(message(cpu("generic", "+avx3")).ends_with("`avx3`; did you mean `avx`?"));
    assert!(message(cpu("generic", "-")).ends_with("CPU feature ``"));
}

#[test]
fn features_without_a_setting_bring_others() {
    let cpu = Cpu::baseline(Architecture::Riscv64).with_features("+b").expect("it is known");
    for setting in ["has_zba", "has_zbb", "has_zbs"] {
        assert!(cpu.settings().contains(&setting));
    }
    let error = cpu.with_features("-c").expect_err("the loader needs it");
    assert!(error.to_string().contains("rv64gc"), "{error}");
}

#[test]
fn cpus_of_other_architectures_are_unknown() {
    let unknown = |architecture, name: &str| match Cpu::named(architecture, name) {
        Err(TargetError::UnknownCpu { similar, .. }) => similar,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(unknown(Architecture::X86_64, "skylak"), Some("skylake"));
    assert_eq!(unknown(Architecture::Aarch64, "skylake"), None);
    assert_eq!(unknown(Architecture::Riscv64, "rva22u46"), Some("rva22u64"));
    let old = Cpu::named(Architecture::X86_64, "core2").expect_err("it has no SSE4.1");
    assert!(old.to_string().contains("x86-64 with SSE4.1"), "{old}");
}

#[test]
fn the_host_is_a_cpu_of_its_architecture() {
    let architecture = Architecture::host().expect("tests run on a machine that has a target");
    let host = Cpu::host().expect("it has a target");
    assert_eq!(Cpu::named(architecture, "native"), Ok(host.clone()));
    assert_eq!(host.architecture(), architecture);
    // Whatever it is, it has at least the baseline, and its settings are Cranelift's.
    let baseline: BTreeSet<&str> = Cpu::baseline(architecture).features().collect();
    assert!(baseline.is_subset(&host.features().collect()));
    assert!(!enabled(architecture, host.settings()).is_empty() || host.settings().is_empty());
    let foreign = Architecture::ALL.iter().find(|&&other| other != architecture);
    let foreign = *foreign.expect("there are several");
    let error = Cpu::named(foreign, "host").expect_err("it is another machine");
    assert_eq!(error, TargetError::ForeignHost { architecture: foreign });
}

#[test]
fn no_code_for_linux_is_made_for_other_systems() {
    let linux = Architecture::host_under("linux");
    assert_eq!(linux, Architecture::host());
    assert!(linux.is_some());
    assert_eq!(Architecture::host_under("macos"), linux);
    for other in ["windows", "wasi", "none", "another"] {
        assert_eq!(Architecture::host_under(other), None, "{other}");
    }
    let message = TargetError::UnsupportedHost.to_string();
    assert!(message.ends_with(&format!("linux on {}", env::consts::ARCH)), "{message}");
}

#[test]
fn detected_features_without_what_they_imply_are_left_out() {
    // As detected on a virtual machine that hides AVX but not the features that need it.
    let detected = ["has_sse42", "has_fma", "has_avx512dq", "has_popcnt"].map(String::from);
    let target = Architecture::X86_64.target();
    let set = feature::FeatureSet::from_settings(target, &detected.into());
    let names: Vec<&str> = set.iter().collect();
    assert_eq!(names, ["cx16", "popcnt", "sse3", "sse4.1", "sse4.2", "ssse3"]);
}

#[test]
fn names_of_targets() {
    for (name, architecture, features) in [
        ("x86_64", Architecture::X86_64, ""),
        ("amd64", Architecture::X86_64, ""),
        ("x86_64-unknown-linux-gnu", Architecture::X86_64, ""),
        ("x86_64-pc-linux-musl", Architecture::X86_64, ""),
        ("aarch64", Architecture::Aarch64, ""),
        ("arm64", Architecture::Aarch64, ""),
        ("aarch64v8", Architecture::Aarch64, ""),
        ("aarch64v8.2", Architecture::Aarch64, "+lse"),
        ("aarch64-unknown-linux-gnu", Architecture::Aarch64, ""),
        ("aarch64-linux-gnu", Architecture::Aarch64, ""),
        ("aarch64-linux-android", Architecture::Aarch64, ""),
        ("riscv64", Architecture::Riscv64, ""),
        ("riscv64gc-unknown-linux-gnu", Architecture::Riscv64, ""),
        ("riscv64-unknown-linux-gnu", Architecture::Riscv64, ""),
        ("riscv64-linux-gnu", Architecture::Riscv64, ""),
    ] {
        let expected = Cpu::baseline(architecture).with_features(features);
        assert_eq!(Cpu::for_target(name), expected, "{name}");
    }
}

#[test]
fn targets_that_cannot_be_had() {
    for (name, reason) in [
        ("x86_64-pc-windows-msvc", "Windows"),
        ("x86_64-apple-darwin", "not Linux"),
        ("arm64-apple-macosx11", "not Linux"),
        ("aarch64-unknown-freebsd", "not Linux"),
        ("i386", "64 bits"),
        ("i686-unknown-linux-gnu", "64 bits"),
        ("thumbv7em-none-eabihf", "64 bits"),
        ("armv7-unknown-linux-gnueabihf", "64 bits"),
        ("riscv32imac-unknown-none-elf", "64 bits"),
        ("xtensa", "64 bits"),
        ("armv8m.main", "64 bits"),
        ("thumbv7", "64 bits"),
        ("arc", "64 bits"),
        ("mipsel", "64 bits"),
        ("aarch64_bev8.1", "big-endian"),
        ("aarch64_be-unknown-linux-gnu", "big-endian"),
        ("s390x-unknown-linux-gnu", "big-endian"),
        ("powerpc64le-unknown-linux-gnu", "no code generator"),
        ("x86_64-unknown-linux-gnux32", "64 bits"),
        ("riscv64imac-unknown-none-elf", "floating-point"),
    ] {
        let error = Cpu::for_target(name).expect_err(name).to_string();
        assert!(error.contains(reason), "{error}");
        assert!(
            error.ends_with("the supported targets are x86_64, aarch64, riscv64 on Linux"),
            "{error}"
        );
    }
    for (name, flag) in [
        ("aarch64-none-elf", "--target=aarch64 --bounds-checks=1"),
        ("aarch64-unknown-none", "--target=aarch64 --bounds-checks=1"),
        ("riscv64gc-unknown-none-elf", "--target=riscv64 --bounds-checks=1"),
        ("x86_64-unknown-none", "--target=x86_64 --bounds-checks=1"),
    ] {
        let error = Cpu::for_target(name).expect_err(name).to_string();
        assert!(error.contains(flag), "{error}");
    }
    let similar = |name: &str| match Cpu::for_target(name) {
        Err(TargetError::UnknownTarget { similar, .. }) => similar,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(similar("riscv46"), Some("riscv64"));
    assert_eq!(similar("z"), None);
    assert_eq!(similar(""), None);
}

#[test]
fn abis() {
    for &architecture in Architecture::ALL {
        assert!(architecture.abis().iter().all(|abi| architecture.check_abi(abi).is_ok()));
        assert!(architecture.check_abi("gnu").is_ok());
        for (abi, reason) in [("msvc", "Windows"), ("eabihf", "32-bit"), ("lp64f", "double")] {
            let error = architecture.check_abi(abi).expect_err(abi).to_string();
            assert!(error.contains(reason) && error.contains("`gnu`"), "{error}");
        }
    }
    assert!(Architecture::Riscv64.check_abi("lp64d").is_ok());
    // tests/wamr-test-suites/spec-test-script/runtest.py of WAMR has these.
    assert!(Architecture::Aarch64.check_abi("eabi").is_ok());
    assert!(Architecture::Aarch64.check_abi("gnueabihf").is_ok());
    let error = Architecture::X86_64.check_abi("lp64d").expect_err("it is another machine's");
    assert!(error.to_string().contains("RISC-V"), "{error}");
}
