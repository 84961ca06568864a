//! Features of CPUs: names, implications, and sets of them.
//!
//! Invariant: with each feature, a set contains all features that it implies, and it always
//! contains the baseline of its target. Names are LLVM's.

use std::collections::BTreeSet;

use super::Target;

/// A feature that Cranelift uses, or a name for several such features.
#[derive(Debug)]
pub(crate) struct Feature {
    /// The name in LLVM.
    pub(super) name: &'static str,
    /// The setting of Cranelift; none if Cranelift assumes the feature, or if it is only a name for
    /// others.
    pub(super) setting: Option<&'static str>,
    /// Features that every CPU with this one has.
    pub(super) implies: &'static [&'static str],
}

impl Feature {
    /// A feature with a setting of Cranelift.
    pub(super) const fn new(
        name: &'static str,
        setting: &'static str,
        implies: &'static [&'static str],
    ) -> Self {
        Self { name, setting: Some(setting), implies }
    }

    /// A name without a setting of its own.
    pub(super) const fn group(name: &'static str, implies: &'static [&'static str]) -> Self {
        Self { name, setting: None, implies }
    }
}

/// CPUs that Cranelift cannot distinguish.
#[derive(Debug)]
pub(crate) struct CpuModel {
    pub(super) names: &'static [&'static str],
    /// Features beyond the baseline.
    pub(super) features: &'static [&'static str],
}

/// A set of features of one target.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FeatureSet(BTreeSet<&'static str>);

impl FeatureSet {
    pub(super) fn baseline(target: &dyn Target) -> Self {
        let mut set = Self(BTreeSet::new());
        for name in target.baseline() {
            set.add(target, name);
        }
        set
    }

    /// The features with `settings`, except those that imply a missing feature; and the baseline.
    pub(super) fn from_settings(target: &dyn Target, settings: &BTreeSet<String>) -> Self {
        let is_there =
            |feature: &Feature| feature.setting.is_some_and(|setting| settings.contains(setting));
        let present = target.features().iter().filter(|feature| is_there(feature));
        let mut set = Self::baseline(target);
        set.0.extend(present.map(|feature| feature.name));
        loop {
            let before = set.0.len();
            let names = set.0.clone();
            let lacks = |name: &&&str| !names.contains(*name);
            set.0.retain(|name| !find(target, name).implies.iter().any(|other| lacks(&other)));
            if set.0.len() == before {
                return set;
            }
        }
    }

    /// Adds a feature and what it implies.
    pub(super) fn add(&mut self, target: &dyn Target, name: &'static str) {
        if self.0.insert(name) {
            for implied in find(target, name).implies {
                self.add(target, implied);
            }
        }
    }

    /// Removes a feature and those that imply it. Fails with the feature of the baseline that would
    /// be removed.
    pub(super) fn remove(
        &mut self,
        target: &dyn Target,
        name: &'static str,
    ) -> Result<(), &'static str> {
        if target.baseline().contains(&name) {
            return Err(name);
        }
        if self.0.remove(name) {
            let implying = |feature: &&Feature| feature.implies.contains(&name);
            for feature in target.features().iter().filter(implying) {
                self.remove(target, feature.name)?;
            }
        }
        Ok(())
    }

    /// The features, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }

    /// Cranelift's settings of the features.
    pub(super) fn settings(&self, target: &dyn Target) -> Vec<&'static str> {
        self.0.iter().filter_map(|name| find(target, name).setting).collect()
    }
}

/// The entry of a feature in the target's table.
fn find(target: &dyn Target, name: &str) -> &'static Feature {
    let mut features = target.features().iter();
    features.find(|feature| feature.name == name).expect("tables name features that they have")
}
