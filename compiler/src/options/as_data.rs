//! Options as data, for configuration files and caches; see the feature `serde`.
//!
//! Invariants: what is written is read back as the same value; some values can be written by hand in
//! a shorter form, too. Names are those of the command line.
//! An unknown key, name or feature is an error, never ignored.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::instrument::Costs;
use super::{Architecture, BoundsChecks, Cpu, OptLevel, TargetError};

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

impl CpuData<'_> {
    fn cpu(&self) -> Result<Cpu, TargetError> {
        let mut cpu = Cpu::baseline(self.architecture);
        for feature in &self.features {
            cpu = cpu.with_features(&format!("+{feature}"))?;
        }
        Ok(cpu)
    }
}

/// The CPU that a text names: `native`, a target, or a CPU of one of the architectures.
fn named_cpu(name: &str) -> Result<Cpu, TargetError> {
    if name == "native" {
        return Cpu::host();
    }
    let mut cpus = Architecture::ALL.iter().filter_map(|&each| Cpu::named(each, name).ok());
    match (Cpu::for_target(name), cpus.next(), cpus.next()) {
        (Err(_), Some(cpu), None) => Ok(cpu),
        (target, ..) => target,
    }
}

impl<'de> Deserialize<'de> for Cpu {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrMap;
        impl<'de> Visitor<'de> for TextOrMap {
            type Value = Cpu;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a CPU or target, or a map with its architecture")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Cpu, E> {
                named_cpu(name).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cpu, A::Error> {
                let data = CpuData::deserialize(MapAccessDeserializer::new(map))?;
                data.cpu().map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(TextOrMap)
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
        struct TextOrMap;
        impl<'de> Visitor<'de> for TextOrMap {
            type Value = Costs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of costs as text, or a map of names and costs")
            }

            fn visit_str<E: Error>(self, table: &str) -> Result<Costs, E> {
                Costs::parse(table).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Costs, A::Error> {
                let mut table = String::new();
                while let Some((name, cost)) = map.next_entry::<Cow<'de, str>, CostData<'de>>()? {
                    let line = format!("{name} = {cost}");
                    // Otherwise it would be more than one line, or less.
                    if line.contains(['\n', '\r', '#']) {
                        return Err(A::Error::custom(format!("unknown operator {name:?}")));
                    }
                    table.push_str(&line);
                    table.push('\n');
                }
                Costs::parse(&table).map_err(|error| A::Error::custom(error.message))
            }
        }
        deserializer.deserialize_any(TextOrMap)
    }
}

/// The cost of one operator: a number, or text such as `5 + 1/64`.
#[derive(Deserialize)]
#[serde(untagged)]
enum CostData<'a> {
    Number(u32),
    Text(#[serde(borrow)] Cow<'a, str>),
}

impl fmt::Display for CostData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
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
