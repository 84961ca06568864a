//! Options as data, for configuration files and caches; see the feature `serde`.
//!
//! Invariants: what is written is read back as the same value. Names are those of the command line.
//! An unknown key, name or feature is an error, never ignored.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::instrument::Costs;
use super::{Architecture, BoundsChecks, Cpu, OptLevel};

/// A CPU as data.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CpuData<'a> {
    architecture: Architecture,
    /// Features beyond the minimum CPU, whose own need not be listed.
    #[serde(borrow, default)]
    features: Vec<Cow<'a, str>>,
}

impl Serialize for Cpu {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let features = self.features().map(Cow::Borrowed).collect();
        CpuData { architecture: self.architecture(), features }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cpu {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let data = CpuData::deserialize(deserializer)?;
        let mut cpu = Self::baseline(data.architecture);
        for feature in &data.features {
            cpu = cpu.with_features(&format!("+{feature}")).map_err(D::Error::custom)?;
        }
        Ok(cpu)
    }
}

impl Serialize for Architecture {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Architecture {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        let known = Self::ALL.iter().find(|architecture| architecture.name() == name);
        known.copied().ok_or_else(|| D::Error::custom(format!("unknown architecture `{name}`")))
    }
}

impl Serialize for OptLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

impl<'de> Deserialize<'de> for OptLevel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        let unknown = || D::Error::custom(format!("unknown level {number}: levels are 0 to 3"));
        Self::from_number(number.into()).ok_or_else(unknown)
    }
}

impl Serialize for Costs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Costs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Cow::<str>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for BoundsChecks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Hardware => "hardware",
            Self::Software => "software",
        })
    }
}

impl<'de> Deserialize<'de> for BoundsChecks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*Cow::<str>::deserialize(deserializer)? {
            "hardware" => Ok(Self::Hardware),
            "software" => Ok(Self::Software),
            other => Err(D::Error::unknown_variant(other, &["hardware", "software"])),
        }
    }
}

/// For `serde(with)`: a release by its name.
pub(crate) mod release {
    use std::borrow::Cow;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::options::Release;

    pub(crate) fn serialize<S: Serializer>(
        release: &Release,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(release)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Release, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
