//! WAMR releases that `.aot` files are made for, and the differences between them.
//!
//! There is one table: each release states what changed since the one before. Machine code, helpers
//! and struct offsets are the same in all of them. The differences are the version word, one field
//! of the container, and features that an old loader refuses. Facts without a file name were found
//! by running the release's own runtime; `AOT_CURRENT_VERSION` is in `core/config.h`.

use std::fmt;
use std::str::FromStr;

/// A WAMR release, by its tag `WAMR-x.y.z`, or the main branch.
///
/// Releases before 2.0.0 have another container and another ABI and are not listed. Main is the
/// branch of July 2026 with AOT version 6. Its `core/version.h` still says 2.4.3, although the
/// released 2.4.3 has AOT version 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Release {
    /// 2.0.0, April 2024.
    V2_0_0,
    /// 2.1.0.
    V2_1_0,
    /// 2.1.1.
    V2_1_1,
    /// 2.1.2.
    V2_1_2,
    /// 2.2.0, October 2024.
    V2_2_0,
    /// 2.3.0, May 2025.
    V2_3_0,
    /// 2.3.1.
    V2_3_1,
    /// 2.4.0, July 2025: the new container under the old version numbers.
    V2_4_0,
    /// 2.4.1.
    V2_4_1,
    /// 2.4.2.
    V2_4_2,
    /// 2.4.3.
    V2_4_3,
    /// 2.4.4.
    V2_4_4,
    /// 2.4.5, June 2026.
    V2_4_5,
    /// The main branch.
    Main,
}

/// Layout of the offset of an element segment (`aot/aot_loader.c`, `load_table_init_data_list`).
///
/// An offset written as `i64.const` has the same bytes in both layouts, since both then contain a
/// `u64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementOffset {
    /// `u32` type and always a `u64` value, even for types without one.
    Fixed,
    /// An initialiser expression, whose payload depends on its type.
    InitExpr,
}

/// What one release supports, and the behaviour that a compiler has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Which release this is.
    pub release: Release,
    /// Its name, as [`Release`] prints and parses it.
    pub name: &'static str,
    /// The version word to write: the release's `AOT_CURRENT_VERSION`.
    pub version: u32,
    /// The version words that its loader accepts (`aot/aot_loader.c`, `load`).
    pub accepted_versions: &'static [u32],
    /// How its loader reads the offset of an element segment.
    pub element_offset: ElementOffset,
    /// Arithmetic in initialiser expressions can be built in
    /// (`WAMR_BUILD_EXTENDED_CONST_EXPR`, off by default everywhere).
    pub extended_const: bool,
    /// Knows the feature flags of tiny call-stack frames. In other releases, a runtime that dumps
    /// call stacks pushes frames of the other kind and aborts.
    pub tiny_frames: bool,
    /// Supports the x86-64 relocation types `R_X86_64_GOTPCRELX` and `R_X86_64_REX_GOTPCRELX`
    /// (`aot/arch/aot_reloc_x86_64.c`).
    pub gotpcrelx: bool,
    /// Supports 64-bit memories (`WAMR_BUILD_MEMORY64`, off by default everywhere), or refuses
    /// them. Other releases ignore the memory flag and treat such a memory as a 32-bit one.
    pub memory64: bool,
    /// Resolves data sections named `.srodata*` (`aot/aot_loader.c`, `do_text_relocation`).
    pub small_read_only_data: bool,
    /// `WAMR_BUILD_REF_TYPES` is on in default builds. If it is off, the loader refuses the feature
    /// flag and `ref.null`, has no `table.*` helpers, and applies passive element segments as if
    /// they were active.
    pub reference_types_by_default: bool,
    /// `global.get` in initialiser expressions works for every import; other releases test the
    /// mutability of the first imported global instead of the one referred to.
    pub global_get_of_any_import: bool,
    /// Declarative element segments are dropped at instantiation. In other releases `table.init`
    /// from them succeeds, so they must be written without elements.
    pub drops_declarative_segments: bool,
    /// `func_ptrs` of an unlinked import is a stub that raises an exception; in other releases it
    /// is NULL.
    pub unlinked_import_stubs: bool,
}

const V2_0_0: Facts = Facts {
    release: Release::V2_0_0,
    name: "2.0.0",
    version: 3,
    accepted_versions: &[3],
    element_offset: ElementOffset::Fixed,
    extended_const: false,
    tiny_frames: false,
    gotpcrelx: false,
    memory64: false,
    small_read_only_data: false,
    reference_types_by_default: false,
    global_get_of_any_import: false,
    drops_declarative_segments: false,
    unlinked_import_stubs: false,
};
const V2_1_0: Facts = Facts {
    release: Release::V2_1_0,
    name: "2.1.0",
    global_get_of_any_import: true,
    memory64: true,
    ..V2_0_0
};
const V2_1_1: Facts = Facts { release: Release::V2_1_1, name: "2.1.1", ..V2_1_0 };
const V2_1_2: Facts = Facts { release: Release::V2_1_2, name: "2.1.2", ..V2_1_1 };
const V2_2_0: Facts =
    Facts { release: Release::V2_2_0, name: "2.2.0", tiny_frames: true, ..V2_1_2 };
const V2_3_0: Facts = Facts {
    release: Release::V2_3_0,
    name: "2.3.0",
    version: 4,
    accepted_versions: &[3, 4],
    small_read_only_data: true,
    reference_types_by_default: true,
    drops_declarative_segments: true,
    ..V2_2_0
};
const V2_3_1: Facts = Facts { release: Release::V2_3_1, name: "2.3.1", ..V2_3_0 };
const V2_4_0: Facts = Facts {
    release: Release::V2_4_0,
    name: "2.4.0",
    element_offset: ElementOffset::InitExpr,
    extended_const: true,
    ..V2_3_1
};
const V2_4_1: Facts = Facts {
    release: Release::V2_4_1,
    name: "2.4.1",
    version: 5,
    accepted_versions: &[5],
    ..V2_4_0
};
const V2_4_2: Facts = Facts { release: Release::V2_4_2, name: "2.4.2", ..V2_4_1 };
const V2_4_3: Facts = Facts { release: Release::V2_4_3, name: "2.4.3", ..V2_4_2 };
const V2_4_4: Facts = Facts { release: Release::V2_4_4, name: "2.4.4", ..V2_4_3 };
const V2_4_5: Facts = Facts { release: Release::V2_4_5, name: "2.4.5", ..V2_4_4 };
const MAIN: Facts = Facts {
    release: Release::Main,
    name: "main",
    version: 6,
    accepted_versions: &[6],
    gotpcrelx: true,
    unlinked_import_stubs: true,
    ..V2_4_5
};

/// Every release, oldest first, in the order of [`Release`].
static TABLE: [Facts; 14] = [
    V2_0_0, V2_1_0, V2_1_1, V2_1_2, V2_2_0, V2_3_0, V2_3_1, V2_4_0, V2_4_1, V2_4_2, V2_4_3, V2_4_4,
    V2_4_5, MAIN,
];

impl Release {
    /// The newest release, which most users run.
    pub const DEFAULT: Self = Self::V2_4_5;

    /// Every release, oldest first, main last.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        TABLE.iter().map(|facts| facts.release)
    }

    /// What this release takes.
    pub fn facts(self) -> &'static Facts {
        &TABLE[self as usize]
    }

    /// What this release cannot load or run in a file that needs `needs`.
    ///
    /// Only the file is judged. A feature flag that the loader checks against the build options of
    /// the runtime does not count.
    pub fn refuses(self, needs: &Requirements) -> Option<Refusal> {
        let facts = self.facts();
        if !facts.accepted_versions.contains(&needs.version) {
            return Some(Refusal::Version);
        }
        if needs.element_offset.is_some_and(|layout| layout != facts.element_offset) {
            return Some(Refusal::ElementOffset);
        }
        self.refuses_features(&needs.features)
    }

    /// What this release cannot load or run of `features`, in whatever container.
    pub fn refuses_features(self, features: &Features) -> Option<Refusal> {
        let facts = self.facts();
        [
            (features.extended_const && !facts.extended_const, Refusal::ExtendedConst),
            (features.tiny_frames && !facts.tiny_frames, Refusal::TinyFrames),
            (features.gotpcrelx && !facts.gotpcrelx, Refusal::GotPcRelX),
            (features.memory64 && !facts.memory64, Refusal::Memory64),
            (
                features.small_read_only_data && !facts.small_read_only_data,
                Refusal::SmallReadOnlyData,
            ),
            (
                features.global_get_after_mutable_import && !facts.global_get_of_any_import,
                Refusal::GlobalGet,
            ),
        ]
        .into_iter()
        .find_map(|(refused, refusal)| refused.then_some(refusal))
    }

    /// The releases that load and run a file that needs `needs`, oldest first.
    pub fn that_run(needs: Requirements) -> impl Iterator<Item = Self> {
        Self::all().filter(move |release| release.refuses(&needs).is_none())
    }
}

impl Default for Release {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.facts().name)
    }
}

/// The text is not the name of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRelease(String);

impl fmt::Display for UnknownRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown WAMR release `{}`; known releases:", self.0)?;
        for (index, release) in Release::all().enumerate() {
            write!(f, "{} {release}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownRelease {}

impl FromStr for Release {
    type Err = UnknownRelease;

    /// Takes a full name (`2.4.5`, `main`), a tag (`WAMR-2.4.5`), or a line (`2.4`), which is its
    /// newest release.
    fn from_str(text: &str) -> Result<Self, UnknownRelease> {
        let name = text.strip_prefix("WAMR-").unwrap_or(text);
        let line = |release: &Self| {
            release.facts().name.rsplit_once('.').is_some_and(|(line, _)| line == name)
        };
        Self::all()
            .find(|release| release.facts().name == name)
            .or_else(|| Self::all().rev().find(line))
            .ok_or_else(|| UnknownRelease(text.to_owned()))
    }
}

/// What a file requires of the runtime that loads it, as far as releases differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirements {
    /// The file's version word.
    pub version: u32,
    /// The layout of its element segments; none if there are no segments, or if both layouts give
    /// the same bytes.
    pub element_offset: Option<ElementOffset>,
    /// Features that it uses.
    pub features: Features,
}

/// Features of a file that some releases do not support.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Features {
    /// Arithmetic in initialiser expressions.
    pub extended_const: bool,
    /// Feature flags of tiny call-stack frames.
    pub tiny_frames: bool,
    /// Relocations of type `R_X86_64_GOTPCRELX` or `R_X86_64_REX_GOTPCRELX`.
    pub gotpcrelx: bool,
    /// A memory with 64-bit addresses.
    pub memory64: bool,
    /// Relocations against a data section named `.srodata*`.
    pub small_read_only_data: bool,
    /// `global.get` in initialiser expressions, while the first imported global is mutable.
    pub global_get_after_mutable_import: bool,
}

/// Why a release cannot run a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its loader does not accept the version word.
    Version,
    /// Its loader reads element segments in the other layout.
    ElementOffset,
    /// It has no arithmetic in initialiser expressions.
    ExtendedConst,
    /// It does not know tiny call-stack frames.
    TinyFrames,
    /// It refuses the relocation types `R_X86_64_GOTPCRELX` and `R_X86_64_REX_GOTPCRELX`.
    GotPcRelX,
    /// It treats a 64-bit memory as a 32-bit one.
    Memory64,
    /// It does not resolve `.srodata*` sections.
    SmallReadOnlyData,
    /// It tests the mutability of the first imported global instead of the one referred to.
    GlobalGet,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "the version word of the file",
            Self::ElementOffset => "the layout of the element segments",
            Self::ExtendedConst => "arithmetic in constant expressions over imported globals",
            Self::TinyFrames => "tiny call-stack frames",
            Self::GotPcRelX => "relocations R_X86_64_GOTPCRELX and R_X86_64_REX_GOTPCRELX",
            Self::Memory64 => "64-bit memories",
            Self::SmallReadOnlyData => "references to a data section named .srodata",
            Self::GlobalGet => {
                "global.get in constant expressions while the first imported global is mutable"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(version: u32, element_offset: Option<ElementOffset>, features: Features) -> String {
        let needs = Requirements { version, element_offset, features };
        Release::that_run(needs).map(|release| release.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn table_is_in_the_order_of_the_enum() {
        for (index, facts) in TABLE.iter().enumerate() {
            assert_eq!(facts.release as usize, index);
            assert!(facts.accepted_versions.contains(&facts.version), "{}", facts.name);
        }
        assert_eq!(Release::DEFAULT.to_string(), "2.4.5");
    }

    #[test]
    fn names_parse_back() {
        for release in Release::all() {
            assert_eq!(release.to_string().parse(), Ok(release));
        }
        assert_eq!("2.4".parse(), Ok(Release::V2_4_5));
        assert_eq!("2.1".parse(), Ok(Release::V2_1_2));
        assert_eq!("WAMR-2.4.0".parse(), Ok(Release::V2_4_0));
        for bad in ["", "2", "2.5", "2.4.6", "1.3.3", "Main", "2.4.", "6"] {
            let error = bad.parse::<Release>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("unknown WAMR release `{bad}`")), "{error}");
            assert!(error.ends_with("2.4.5, main"), "{error}");
        }
    }

    #[test]
    fn a_version_word_runs_where_its_layout_is_read() {
        let none = Features::default();
        let fixed = Some(ElementOffset::Fixed);
        let init_expr = Some(ElementOffset::InitExpr);
        assert_eq!(running(3, fixed, none), "2.0.0 2.1.0 2.1.1 2.1.2 2.2.0 2.3.0 2.3.1");
        assert_eq!(running(3, None, none), "2.0.0 2.1.0 2.1.1 2.1.2 2.2.0 2.3.0 2.3.1 2.4.0");
        assert_eq!(running(4, fixed, none), "2.3.0 2.3.1");
        assert_eq!(running(4, init_expr, none), "2.4.0");
        assert_eq!(running(5, init_expr, none), "2.4.1 2.4.2 2.4.3 2.4.4 2.4.5");
        assert_eq!(running(6, init_expr, none), "main");
        assert_eq!(running(7, None, none), "");
    }

    #[test]
    fn features_exclude_old_releases() {
        let tiny_frames = Features { tiny_frames: true, ..Features::default() };
        assert_eq!(running(3, None, tiny_frames), "2.2.0 2.3.0 2.3.1 2.4.0");
        let extended_const = Features { extended_const: true, ..Features::default() };
        assert_eq!(running(3, None, extended_const), "2.4.0");
        let gotpcrelx = Features { gotpcrelx: true, ..Features::default() };
        assert_eq!(running(5, None, gotpcrelx), "");
        assert_eq!(running(6, None, gotpcrelx), "main");
        let memory64 = Features { memory64: true, ..Features::default() };
        assert_eq!(running(3, None, memory64), "2.1.0 2.1.1 2.1.2 2.2.0 2.3.0 2.3.1 2.4.0");
        let srodata = Features { small_read_only_data: true, ..Features::default() };
        assert_eq!(running(3, None, srodata), "2.3.0 2.3.1 2.4.0");
    }
}
