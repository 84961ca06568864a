//! CPUs: an architecture with the features that code may use.
//!
//! A CPU is a plain value. Only [`Cpu::host`] looks at the machine that the compiler runs on.

use std::collections::BTreeSet;

use cranelift_codegen::settings::{Configurable, SetResult};

use super::error::most_similar;
use super::feature::FeatureSet;
use super::{Architecture, TargetError};

/// Names of the CPU of this machine, as in LLVM's tools.
const HOST_NAMES: [&str; 2] = ["native", "host"];

/// What code is compiled for: an architecture, and features that its CPU must have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cpu {
    architecture: Architecture,
    features: FeatureSet,
}

impl Cpu {
    /// The minimum CPU of the architecture: every other one runs its code as well.
    pub fn baseline(architecture: Architecture) -> Self {
        Self { architecture, features: FeatureSet::baseline(architecture.target()) }
    }

    /// The CPU of this machine. Code for it may not run on another one.
    ///
    /// # Errors
    /// [`TargetError::UnsupportedHost`] if this machine is not supported as a target.
    pub fn host() -> Result<Self, TargetError> {
        let architecture = Architecture::host().ok_or(TargetError::UnsupportedHost)?;
        let mut settings = Settings::default();
        cranelift_native::infer_native_flags(&mut settings)
            .map_err(|_| TargetError::UnsupportedHost)?;
        let features = FeatureSet::from_settings(architecture.target(), &settings.0);
        Ok(Self { architecture, features })
    }

    /// The CPU of `architecture` with this name, one of [`Architecture::cpus`]; `native` and `host`
    /// are the CPU of this machine.
    ///
    /// # Errors
    /// If there is no such CPU, or if it lacks a feature of the baseline.
    pub fn named(architecture: Architecture, name: &str) -> Result<Self, TargetError> {
        let target = architecture.target();
        if HOST_NAMES.contains(&name) {
            let host = Self::host()?;
            let same = host.architecture == architecture;
            return if same { Ok(host) } else { Err(TargetError::ForeignHost { architecture }) };
        }
        let mut models = target.cpus().iter();
        if let Some(model) = models.find(|model| model.names.contains(&name)) {
            return Ok(Self::baseline(architecture).with(model.features));
        }
        let name = name.to_owned();
        if target.too_old_cpus().contains(&name.as_str()) {
            return Err(TargetError::CpuBelowBaseline { name, architecture });
        }
        let known = target.cpus().iter().flat_map(|model| model.names.iter().copied());
        let similar = most_similar(&name, known.chain(HOST_NAMES));
        Err(TargetError::UnknownCpu { name, architecture, similar })
    }

    /// Switches features on and off, in order: `+avx2,-bmi`. Switching a feature on also switches
    /// on those it implies; switching it off also switches off those that imply it.
    ///
    /// # Errors
    /// If there is no such feature, or if a feature of the baseline would be switched off.
    pub fn with_features(mut self, list: &str) -> Result<Self, TargetError> {
        for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let malformed = || TargetError::MalformedFeature { text: item.to_owned() };
            let (enable, name) = match item.split_at_checked(1).ok_or_else(malformed)? {
                ("+", name) => (true, name),
                ("-", name) => (false, name),
                _ => return Err(malformed()),
            };
            let name = self.feature(name)?;
            let target = self.architecture.target();
            if enable {
                self.features.add(target, name);
            } else if let Err(name) = self.features.remove(target, name) {
                let (name, architecture) = (name.to_owned(), self.architecture);
                return Err(TargetError::RequiredFeature { name, architecture });
            }
        }
        Ok(self)
    }

    /// The architecture.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// The features that code may use, in the order of their names.
    pub fn features(&self) -> impl Iterator<Item = &'static str> {
        self.features.iter()
    }

    /// Adds features of the target's table, and what they imply.
    pub(super) fn with(mut self, features: &[&'static str]) -> Self {
        for feature in features {
            self.features.add(self.architecture.target(), feature);
        }
        self
    }

    /// Cranelift's settings of the features.
    pub(crate) fn settings(&self) -> Vec<&'static str> {
        self.features.settings(self.architecture.target())
    }

    /// The feature of the target's table with this name.
    fn feature(&self, name: &str) -> Result<&'static str, TargetError> {
        let architecture = self.architecture;
        let names = || architecture.features().map(|(name, _)| name);
        names().find(|known| *known == name).ok_or_else(|| TargetError::UnknownFeature {
            name: name.to_owned(),
            architecture,
            similar: most_similar(name, names()),
        })
    }
}

/// Collects the settings that detection switches on.
#[derive(Default)]
struct Settings(BTreeSet<String>);

impl Configurable for Settings {
    fn set(&mut self, name: &str, value: &str) -> SetResult<()> {
        if value == "true" {
            self.0.insert(name.to_owned());
        }
        Ok(())
    }

    fn enable(&mut self, name: &str) -> SetResult<()> {
        self.0.insert(name.to_owned());
        Ok(())
    }
}
