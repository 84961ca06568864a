//! Combines the flags about the machine, and lists their values.
//!
//! Without a target, code is for this machine and uses all features of its CPU, as with wamrc. With
//! a target, it runs on every CPU of that target.

use std::fmt::Write;

use cwamrc::{Architecture, Cpu, TargetError};

/// The values of the flags.
pub(crate) struct Machine<'a> {
    pub(crate) target: Option<&'a str>,
    pub(crate) abi: Option<&'a str>,
    pub(crate) cpu: Option<&'a str>,
    pub(crate) features: Option<&'a str>,
}

impl Machine<'_> {
    /// The CPU to compile for, or what is wrong with the flags.
    pub(crate) fn resolve(&self) -> Result<Cpu, String> {
        let mut cpu = self.target_cpu()?;
        let architecture = cpu.architecture();
        if let Some(abi) = self.abi {
            architecture.check_abi(abi).map_err(|error| explain(&error))?;
        }
        if let Some(name) = self.cpu {
            cpu = Cpu::named(architecture, name).map_err(|error| explain(&error))?;
        }
        match self.features {
            Some(features) => cpu.with_features(features).map_err(|error| explain(&error)),
            None => Ok(cpu),
        }
    }

    fn target_cpu(&self) -> Result<Cpu, String> {
        match self.target {
            Some(target) => Cpu::for_target(target),
            None => Cpu::host(),
        }
        .map_err(|error| explain(&error))
    }

    /// Whether one of the flags asks for a list.
    pub(crate) fn is_question(&self) -> bool {
        [self.target, self.abi, self.cpu].contains(&Some("help"))
            || matches!(self.features, Some("+help" | "help"))
    }

    /// The list that one of the flags asks for.
    pub(crate) fn list(&self) -> Option<Result<String, String>> {
        if self.target == Some("help") {
            return Some(Ok(targets()));
        }
        let list = if self.abi == Some("help") {
            abis
        } else if self.cpu == Some("help") {
            cpus
        } else if matches!(self.features, Some("+help" | "help")) {
            features
        } else {
            return None;
        };
        Some(self.target_cpu().map(|cpu| list(cpu.architecture())))
    }
}

/// The error, with a tip where to find supported names.
fn explain(error: &TargetError) -> String {
    // Without the target, the list would be that of this machine.
    let of = |architecture: &Architecture, flag: &str| format!("--target={architecture} {flag}");
    let list = match error {
        TargetError::UnknownTarget { .. } | TargetError::UnsupportedTarget { .. } => {
            let tip = "--target=help lists the targets; --backend=llvm supports more, through \
                wamrc";
            return format!("{error}\n\n  tip: {tip}");
        }
        TargetError::UnsupportedHost => {
            let example = Architecture::ALL[0];
            let tip =
                "--target=help lists the targets; --backend=llvm supports more, through wamrc";
            return format!(
                "{error}\n\n  tip: --target={example}, for example, makes code for Linux; {tip}"
            );
        }
        TargetError::UnknownCpu { architecture, .. }
        | TargetError::CpuBelowBaseline { architecture, .. } => of(architecture, "--cpu=help"),
        TargetError::UnknownFeature { architecture, .. } => {
            of(architecture, "--cpu-features=+help")
        }
        TargetError::MalformedFeature { .. } => "--cpu-features=+help".to_owned(),
        _ => return error.to_string(),
    };
    format!("{error}\n\n  tip: {list} lists the names")
}

fn targets() -> String {
    let mut list =
        String::from("Targets; names on one line differ only in the features of CPUs:\n");
    for architecture in Architecture::ALL {
        let names: Vec<&str> = architecture.names().collect();
        line(&mut list, &format!("  {}, {}", names.join(", "), architecture.triple()));
        line(&mut list, &format!("      for {} or better", architecture.baseline()));
    }
    list
}

fn abis(architecture: Architecture) -> String {
    format!("ABIs for {architecture}: {}\n", architecture.abis().join(", "))
}

fn cpus(architecture: Architecture) -> String {
    let mut list = format!("CPUs for {architecture}; those on one line are treated alike:\n");
    for names in architecture.cpus() {
        line(&mut list, &format!("  {}", names.join(", ")));
    }
    if Architecture::host() == Some(architecture) {
        line(&mut list, "  native, host: the CPU of this machine");
    }
    list
}

fn features(architecture: Architecture) -> String {
    let mut list = format!("CPU features for {architecture}, as +NAME or -NAME:\n");
    let join = |required: bool| {
        let features = architecture.features().filter(|(_, baseline)| *baseline == required);
        features.map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    };
    line(&mut list, &format!("  {}", join(false)));
    line(&mut list, &format!("Every {architecture} CPU has: {}", join(true)));
    list
}

fn line(list: &mut String, text: &str) {
    writeln!(list, "{text}").expect("strings take any text");
}
