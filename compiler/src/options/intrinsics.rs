//! Operators that are compiled to calls of the runtime instead of instructions, by wamrc's names.
//!
//! The supported machines have an instruction, or a few, for each of them. A call needs a runtime
//! with `WAMR_BUILD_AOT_INTRINSICS=1`, the default. Source: the tables of `doc/xip.md`, and
//! `g_intrinsic_mapping` in `core/iwasm/aot/aot_intrinsic.c`.

use std::collections::BTreeSet;
use std::error;
use std::fmt;
use std::str::FromStr;

use wamr_abi::helpers::Helper;

/// The operators that are compiled to calls of the runtime: none by default. It is parsed from a
/// list of the names in WAMR's `doc/xip.md`, separated by commas, such as `i64.common,fpxint`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Intrinsics {
    helpers: BTreeSet<Helper>,
}

/// A name that is not in WAMR's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownIntrinsic {
    name: String,
}

impl fmt::Display for UnknownIntrinsic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<&str> = GROUPS.iter().map(|(name, _)| *name).collect();
        write!(formatter, "unknown intrinsic {:?}; groups: all, {}", self.name, groups.join(", "))
    }
}

impl error::Error for UnknownIntrinsic {}

/// Names of several at once.
const GROUPS: &[(&str, &[&str])] = &[
    ("i32.common", &["i32.div_s", "i32.div_u", "i32.rem_s", "i32.rem_u"]),
    ("i64.common", &["i64.div_s", "i64.div_u", "i64.rem_s", "i64.rem_u", "i64.or", "i64.and"]),
    (
        "f32.common",
        &[
            "f32_cmp",
            "llvm.experimental.constrained.fadd.f32",
            "llvm.experimental.constrained.fsub.f32",
            "llvm.experimental.constrained.fmul.f32",
            "llvm.experimental.constrained.fdiv.f32",
            "llvm.fabs.f32",
            "llvm.ceil.f32",
            "llvm.floor.f32",
            "llvm.trunc.f32",
            "llvm.rint.f32",
            "llvm.sqrt.f32",
            "llvm.copysign.f32",
            "llvm.minnum.f32",
            "llvm.maxnum.f32",
        ],
    ),
    (
        "f64.common",
        &[
            "f32_demote_f64",
            "f64_promote_f32",
            "f64_cmp",
            "llvm.experimental.constrained.fadd.f64",
            "llvm.experimental.constrained.fsub.f64",
            "llvm.experimental.constrained.fmul.f64",
            "llvm.experimental.constrained.fdiv.f64",
            "llvm.fabs.f64",
            "llvm.ceil.f64",
            "llvm.floor.f64",
            "llvm.trunc.f64",
            "llvm.rint.f64",
            "llvm.sqrt.f64",
            "llvm.copysign.f64",
            "llvm.minnum.f64",
            "llvm.maxnum.f64",
        ],
    ),
    ("f32xi32", &["i32_trunc_f32_s", "i32_trunc_f32_u", "f32_convert_i32_s", "f32_convert_i32_u"]),
    ("f64xi32", &["i32_trunc_f64_s", "i32_trunc_f64_u", "f64_convert_i32_s", "f64_convert_i32_u"]),
    ("f32xi64", &["i64_trunc_f32_s", "i64_trunc_f32_u", "f32_convert_i64_s", "f32_convert_i64_u"]),
    ("f64xi64", &["i64_trunc_f64_s", "i64_trunc_f64_u", "f64_convert_i64_s", "f64_convert_i64_u"]),
    ("constop", &["i32.const", "i64.const", "f32.const", "f64.const"]),
    ("fpxint", &["f32xi32", "f64xi32", "f32xi64", "f64xi64"]),
    ("fp.common", &["f32.common", "f64.common"]),
];

/// The names of single intrinsics. Constants are part of the code or next to it, and need no table
/// of the runtime.
const SINGLE: &[(&str, Option<Helper>)] = &[
    ("llvm.experimental.constrained.fadd.f32", Some(Helper::IntrinsicFaddF32)),
    ("llvm.experimental.constrained.fadd.f64", Some(Helper::IntrinsicFaddF64)),
    ("llvm.experimental.constrained.fsub.f32", Some(Helper::IntrinsicFsubF32)),
    ("llvm.experimental.constrained.fsub.f64", Some(Helper::IntrinsicFsubF64)),
    ("llvm.experimental.constrained.fmul.f32", Some(Helper::IntrinsicFmulF32)),
    ("llvm.experimental.constrained.fmul.f64", Some(Helper::IntrinsicFmulF64)),
    ("llvm.experimental.constrained.fdiv.f32", Some(Helper::IntrinsicFdivF32)),
    ("llvm.experimental.constrained.fdiv.f64", Some(Helper::IntrinsicFdivF64)),
    ("llvm.fabs.f32", Some(Helper::IntrinsicFabsF32)),
    ("llvm.fabs.f64", Some(Helper::IntrinsicFabsF64)),
    ("llvm.ceil.f32", Some(Helper::IntrinsicCeilF32)),
    ("llvm.ceil.f64", Some(Helper::IntrinsicCeilF64)),
    ("llvm.floor.f32", Some(Helper::IntrinsicFloorF32)),
    ("llvm.floor.f64", Some(Helper::IntrinsicFloorF64)),
    ("llvm.trunc.f32", Some(Helper::IntrinsicTruncF32)),
    ("llvm.trunc.f64", Some(Helper::IntrinsicTruncF64)),
    ("llvm.rint.f32", Some(Helper::IntrinsicRintF32)),
    ("llvm.rint.f64", Some(Helper::IntrinsicRintF64)),
    ("llvm.sqrt.f32", Some(Helper::IntrinsicSqrtF32)),
    ("llvm.sqrt.f64", Some(Helper::IntrinsicSqrtF64)),
    ("llvm.copysign.f32", Some(Helper::IntrinsicCopysignF32)),
    ("llvm.copysign.f64", Some(Helper::IntrinsicCopysignF64)),
    ("llvm.minnum.f32", Some(Helper::IntrinsicFminF32)),
    ("llvm.minnum.f64", Some(Helper::IntrinsicFminF64)),
    ("llvm.maxnum.f32", Some(Helper::IntrinsicFmaxF32)),
    ("llvm.maxnum.f64", Some(Helper::IntrinsicFmaxF64)),
    ("llvm.ctlz.i32", Some(Helper::IntrinsicClzI32)),
    ("llvm.ctlz.i64", Some(Helper::IntrinsicClzI64)),
    ("llvm.cttz.i32", Some(Helper::IntrinsicCtzI32)),
    ("llvm.cttz.i64", Some(Helper::IntrinsicCtzI64)),
    ("llvm.ctpop.i32", Some(Helper::IntrinsicPopcntI32)),
    ("llvm.ctpop.i64", Some(Helper::IntrinsicPopcntI64)),
    ("f64_convert_i32_s", Some(Helper::IntrinsicI32ToF64)),
    ("f64_convert_i32_u", Some(Helper::IntrinsicU32ToF64)),
    ("f32_convert_i32_s", Some(Helper::IntrinsicI32ToF32)),
    ("f32_convert_i32_u", Some(Helper::IntrinsicU32ToF32)),
    ("f64_convert_i64_s", Some(Helper::IntrinsicI64ToF64)),
    ("f64_convert_i64_u", Some(Helper::IntrinsicU64ToF64)),
    ("f32_convert_i64_s", Some(Helper::IntrinsicI64ToF32)),
    ("f32_convert_i64_u", Some(Helper::IntrinsicU64ToF32)),
    ("i32_trunc_f32_s", Some(Helper::IntrinsicF32ToI32)),
    ("i32_trunc_f32_u", Some(Helper::IntrinsicF32ToU32)),
    ("i32_trunc_f64_s", Some(Helper::IntrinsicF64ToI32)),
    ("i32_trunc_f64_u", Some(Helper::IntrinsicF64ToU32)),
    ("i64_trunc_f64_s", Some(Helper::IntrinsicF64ToI64)),
    ("i64_trunc_f64_u", Some(Helper::IntrinsicF64ToU64)),
    ("i64_trunc_f32_s", Some(Helper::IntrinsicF32ToI64)),
    ("i64_trunc_f32_u", Some(Helper::IntrinsicF32ToU64)),
    ("f32_demote_f64", Some(Helper::IntrinsicF64ToF32)),
    ("f64_promote_f32", Some(Helper::IntrinsicF32ToF64)),
    ("f32_cmp", Some(Helper::IntrinsicF32Cmp)),
    ("f64_cmp", Some(Helper::IntrinsicF64Cmp)),
    ("i64.div_s", Some(Helper::IntrinsicI64DivS)),
    ("i64.div_u", Some(Helper::IntrinsicI64DivU)),
    ("i32.div_s", Some(Helper::IntrinsicI32DivS)),
    ("i32.div_u", Some(Helper::IntrinsicI32DivU)),
    ("i64.rem_s", Some(Helper::IntrinsicI64RemS)),
    ("i64.rem_u", Some(Helper::IntrinsicI64RemU)),
    ("i32.rem_s", Some(Helper::IntrinsicI32RemS)),
    ("i32.rem_u", Some(Helper::IntrinsicI32RemU)),
    ("i64.or", Some(Helper::IntrinsicI64BitOr)),
    ("i64.and", Some(Helper::IntrinsicI64BitAnd)),
    ("i32.const", None),
    ("i64.const", None),
    ("f32.const", None),
    ("f64.const", None),
];

impl Intrinsics {
    /// Whether no operator is compiled to a call.
    pub fn is_empty(&self) -> bool {
        self.helpers.is_empty()
    }

    /// Whether the operation of `helper` is compiled to a call of it.
    pub(crate) fn contains(&self, helper: Helper) -> bool {
        self.helpers.contains(&helper)
    }

    fn add(&mut self, name: &str) -> Result<(), UnknownIntrinsic> {
        if name == "all" {
            self.helpers.extend(SINGLE.iter().filter_map(|(_, helper)| *helper));
            return Ok(());
        }
        if let Some((_, members)) = GROUPS.iter().find(|(group, _)| *group == name) {
            return members.iter().try_for_each(|member| self.add(member));
        }
        let single = SINGLE.iter().find(|(single, _)| *single == name);
        let (_, helper) = single.ok_or_else(|| UnknownIntrinsic { name: name.to_owned() })?;
        self.helpers.extend(*helper);
        Ok(())
    }
}

impl FromStr for Intrinsics {
    type Err = UnknownIntrinsic;

    fn from_str(list: &str) -> Result<Self, UnknownIntrinsic> {
        let mut intrinsics = Self::default();
        let names = list.split(',').filter(|name| !name.is_empty());
        for name in names {
            intrinsics.add(name)?;
        }
        Ok(intrinsics)
    }
}

/// Prints the equivalent list of single names.
impl fmt::Display for Intrinsics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_chosen = |helper: Option<Helper>| helper.is_some_and(|helper| self.contains(helper));
        let chosen = SINGLE.iter().filter(|(_, helper)| is_chosen(*helper));
        let names: Vec<&str> = chosen.map(|(name, _)| *name).collect();
        formatter.write_str(&names.join(","))
    }
}

impl From<Intrinsics> for String {
    fn from(intrinsics: Intrinsics) -> Self {
        intrinsics.to_string()
    }
}

impl TryFrom<String> for Intrinsics {
    type Error = UnknownIntrinsic;

    fn try_from(list: String) -> Result<Self, UnknownIntrinsic> {
        list.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(list: &str) -> usize {
        list.parse::<Intrinsics>().unwrap_or_else(|error| panic!("{error}")).helpers.len()
    }

    /// The counts are those of the tables in `doc/xip.md`.
    #[test]
    fn groups_have_their_members() {
        assert_eq!(count("all"), 62);
        assert_eq!(count("i32.common"), 4);
        assert_eq!(count("i64.common"), 6);
        assert_eq!(count("f32.common"), 14);
        assert_eq!(count("f64.common"), 16);
        assert_eq!(count("fp.common"), 30);
        assert_eq!(count("fpxint"), 16);
        assert_eq!(count("constop"), 0);
        assert_eq!(count("f64xi64,f64_cmp,f64_cmp"), 5);
        assert_eq!(count(""), 0);
        let error = "i64.common,i65.common".parse::<Intrinsics>().expect_err("no such group");
        assert!(error.to_string().contains("\"i65.common\""), "{error}");
    }

    #[test]
    fn a_list_is_what_it_was_read_from() {
        for list in ["", "i64.or", "all", "fpxint,i32.common"] {
            let intrinsics: Intrinsics = list.parse().expect("a list");
            let text = String::from(intrinsics.clone());
            assert_eq!(Intrinsics::try_from(text), Ok(intrinsics), "{list}");
        }
    }

    #[test]
    fn every_name_means_something_else() {
        let mut seen = BTreeSet::new();
        for (name, helper) in SINGLE {
            assert!(seen.insert(*helper) || helper.is_none(), "{name}");
        }
    }
}
