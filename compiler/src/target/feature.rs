//! Features of CPUs: names, what they bring along, and sets of them.
//!
//! Invariant: a set holds with each feature all that it implies, and is never smaller than the
//! baseline of its target. Names are LLVM's.

use std::collections::BTreeSet;

use super::Target;

/// A feature that Cranelift makes use of, or one that stands for several such.
#[derive(Debug)]
pub(crate) struct Feature {
    /// The name in LLVM.
    pub(super) name: &'static str,
    /// The setting of Cranelift; none if Cranelift takes the feature for granted, or if it only
    /// stands for others.
    pub(super) setting: Option<&'static str>,
    /// Features that every CPU has which has this one.
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

/// CPUs that are the same as far as Cranelift can tell.
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

    /// What remains of the features with `settings` when those are left out that imply a feature
    /// which is not there; and the baseline.
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

    /// Removes a feature and what implies it; fails with the feature of the baseline that would go.
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

/// The feature of a table's entry.
fn find(target: &dyn Target, name: &str) -> &'static Feature {
    let mut features = target.features().iter();
    features.find(|feature| feature.name == name).expect("tables name features that they have")
}
