//! Symbols that each release's loader resolves, per machine.
//!
//! The lists allow a check, before a file is loaded, for symbols that no runtime of a release
//! knows. LLVM calls functions of the C compiler's library if a machine lacks an instruction, and
//! the loader's lists of these have gaps. Machines for which only wamrc makes files are included.
//! The helpers in [`crate::helpers`] are part of the common list.
//!
//! A symbol counts as known if some build of the runtime for the machine knows it. A file does not
//! say which options and extensions its runtime is built with, except for the floating-point
//! registers that its ABI requires.
//!
//! Source: `target_sym_map` of `aot/arch/aot_reloc_*.c`, `REG_COMMON_SYMBOLS` of `aot/aot_reloc.h`,
//! and `do_text_relocation` of `aot/aot_loader.c`, at the tags of the releases. A test compares the
//! newest lists with the C sources. No release has removed a symbol.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::format::{BIN_TYPE_64_BIT, BIN_TYPE_BIG_ENDIAN};
use crate::releases::Release;

/// A loader's list of symbols, by source file. 32-bit Arm has two lists, and RISC-V has one for
/// both widths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loader {
    /// `aot_reloc_x86_64.c`.
    X86_64,
    /// `aot_reloc_x86_32.c`.
    X86_32,
    /// `aot_reloc_aarch64.c`.
    Aarch64,
    /// `aot_reloc_arm.c`.
    Arm,
    /// `aot_reloc_thumb.c`.
    Thumb {
        /// For Armv6-M, whose build lacks some symbols.
        v6: bool,
    },
    /// `aot_reloc_riscv.c`.
    Riscv {
        /// Width of addresses in bits: 32 or 64.
        width: u32,
        /// Width in bits of the floating-point registers in which the ABI passes arguments: 0, 32
        /// or 64.
        float_abi: u32,
    },
    /// `aot_reloc_xtensa.c`.
    Xtensa,
    /// `aot_reloc_arc.c`.
    Arc,
}

/// ELF numbers of machines, including those of [`crate::format::Machine`].
mod elf {
    pub(super) const I386: u16 = 3;
    pub(super) const ARM: u16 = 40;
    pub(super) const X86_64: u16 = 62;
    pub(super) const ARC_COMPACT: u16 = 93;
    pub(super) const XTENSA: u16 = 94;
    pub(super) const AARCH64: u16 = 183;
    pub(super) const ARC_COMPACT2: u16 = 195;
    pub(super) const RISCV: u16 = 243;
    /// The bits of a RISC-V file's flags that say in which registers floats are passed (psABI).
    pub(super) const RISCV_FLOAT_ABI: u32 = 6;
    pub(super) const RISCV_FLOAT_ABI_SOFT: u32 = 0;
    pub(super) const RISCV_FLOAT_ABI_SINGLE: u32 = 2;
}

impl Loader {
    /// The loader of files with this target info; none if there is no list for such files.
    pub fn of(bin_type: u16, e_machine: u16, e_flags: u32, arch: &str) -> Option<Self> {
        if bin_type & BIN_TYPE_BIG_ENDIAN != 0 {
            return None;
        }
        Some(match e_machine {
            elf::X86_64 => Self::X86_64,
            elf::I386 => Self::X86_32,
            elf::AARCH64 => Self::Aarch64,
            elf::ARM => match arch.strip_prefix("thumb") {
                Some(version) => Self::Thumb { v6: version.starts_with("v6") },
                None => Self::Arm,
            },
            elf::RISCV => Self::Riscv {
                width: if bin_type & BIN_TYPE_64_BIT == 0 { 32 } else { 64 },
                float_abi: match e_flags & elf::RISCV_FLOAT_ABI {
                    elf::RISCV_FLOAT_ABI_SOFT => 0,
                    elf::RISCV_FLOAT_ABI_SINGLE => 32,
                    _ => 64,
                },
            },
            elf::XTENSA => Self::Xtensa,
            elf::ARC_COMPACT | elf::ARC_COMPACT2 => Self::Arc,
            _ => return None,
        })
    }

    /// The `symbols` that no runtime of `release` resolves, even in the build that resolves most.
    pub fn unresolved<'s>(self, release: Release, symbols: &[&'s str]) -> Vec<&'s str> {
        let missing = |build| -> Vec<_> {
            let unknown =
                |symbol: &&str| self.oldest_in(build, symbol).is_none_or(|oldest| release < oldest);
            symbols.iter().copied().filter(unknown).collect()
        };
        let builds = self.builds().iter().map(|&build| missing(build));
        builds.min_by_key(Vec::len).unwrap_or_default()
    }

    /// The oldest release with runtimes that resolve all of `symbols`; none if there is no such
    /// release.
    pub fn oldest(self, symbols: &[&str]) -> Option<Release> {
        let of_build = |&build: &Build| {
            symbols.iter().try_fold(Release::V2_0_0, |oldest, symbol| {
                self.oldest_in(build, symbol).map(|needed| oldest.max(needed))
            })
        };
        self.builds().iter().filter_map(of_build).min()
    }

    /// The oldest release that resolves `symbol` in `build`.
    fn oldest_in(self, build: Build, symbol: &str) -> Option<Release> {
        if is_place(symbol) {
            return Some(Release::V2_0_0);
        }
        let rows = SYMBOLS.get(symbol)?.iter();
        rows.filter(|row| self.is_in(row.list) && self.has(build, row.when))
            .map(|row| row.since)
            .min()
    }

    /// The builds that can run the files.
    fn builds(self) -> &'static [Build] {
        match self {
            Self::Riscv { float_abi: 0, .. } => &[Build::NoFloats, Build::Floats, Build::Doubles],
            Self::Riscv { float_abi: 32, .. } => &[Build::Floats, Build::Doubles],
            _ => &[Build::Doubles],
        }
    }

    fn is_in(self, list: List) -> bool {
        match list {
            List::Common => true,
            List::X86_32 => self == Self::X86_32,
            List::Arm => self == Self::Arm,
            List::Thumb => matches!(self, Self::Thumb { .. }),
            List::Riscv => matches!(self, Self::Riscv { .. }),
            List::Xtensa => self == Self::Xtensa,
            List::Arc => self == Self::Arc,
        }
    }

    /// Whether a build has the symbols of a condition.
    fn has(self, build: Build, when: When) -> bool {
        let narrow = matches!(self, Self::Riscv { width: 32, .. });
        match when {
            When::Always => true,
            When::BeyondArmV6 => self != Self::Thumb { v6: true },
            When::NoFloats => build == Build::NoFloats,
            When::NarrowWithFloats => narrow && build != Build::NoFloats,
            When::NoDoubles => build != Build::Doubles,
            When::NarrowWithDoubles => narrow && build == Build::Doubles,
        }
    }
}

/// Whether a symbol is a section, or a function of the file itself.
fn is_place(symbol: &str) -> bool {
    symbol.starts_with('.')
        || symbol.starts_with("aot_func#")
        // The counters of profiling builds.
        || symbol.starts_with("__llvm_pr")
}

/// The widest floating-point registers that the runtime is built for (`__riscv_flen`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Build {
    NoFloats,
    Floats,
    Doubles,
}

/// The condition under which symbols are in a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// They always are, or may be: others depend on extensions that a file does not state.
    Always,
    /// `__ARM_ARCH != 6`.
    BeyondArmV6,
    /// `NEED_SOFT_FP`.
    NoFloats,
    /// `__riscv_xlen == 32` without `NEED_SOFT_FP`.
    NarrowWithFloats,
    /// `NEED_SOFT_DP`.
    NoDoubles,
    /// `__riscv_xlen == 32` without `NEED_SOFT_DP`.
    NarrowWithDoubles,
}

/// A list of the sources.
#[derive(Clone, Copy)]
enum List {
    Common,
    X86_32,
    Arm,
    Thumb,
    Riscv,
    Xtensa,
    Arc,
}

/// Symbols that came together.
struct Row {
    list: List,
    /// The first release that has them, of those in the table of releases.
    since: Release,
    when: When,
    /// Between white space.
    names: &'static str,
}

const fn row(list: List, since: Release, names: &'static str) -> Row {
    Row { list, since, when: When::Always, names }
}

const fn riscv(when: When, since: Release, names: &'static str) -> Row {
    Row { list: List::Riscv, since, when, names }
}

static ROWS: [Row; 22] = [
    row(List::Common, Release::V2_0_0, COMMON),
    row(List::Common, Release::V2_3_0, COMMON_2_3),
    row(List::Common, Release::V2_4_0, "wasm_runtime_check_and_update_last_used_shared_heap"),
    row(List::X86_32, Release::V2_0_0, X86_32),
    row(List::Arm, Release::V2_0_0, ARM),
    row(List::Arm, Release::V2_1_1, ARM_2_1_1),
    row(List::Arm, Release::V2_1_2, "__eqsf2"),
    row(List::Thumb, Release::V2_0_0, THUMB),
    Row { when: When::BeyondArmV6, ..row(List::Thumb, Release::V2_0_0, THUMB_BEYOND_V6) },
    row(List::Thumb, Release::V2_1_2, THUMB_2_1_2),
    row(List::Thumb, Release::Main, THUMB_MAIN),
    riscv(When::NoFloats, Release::V2_0_0, RISCV_SOFT_FLOAT),
    riscv(When::NarrowWithFloats, Release::V2_0_0, "__floatundisf"),
    riscv(When::NarrowWithFloats, Release::V2_2_0, "__floatdisf"),
    riscv(When::NoDoubles, Release::V2_0_0, RISCV_SOFT_DOUBLE),
    riscv(When::NoDoubles, Release::V2_1_2, "__fixdfsi __ltdf2"),
    riscv(When::NarrowWithDoubles, Release::V2_0_0, "__fixdfdi __floatundidf"),
    riscv(When::Always, Release::V2_0_0, RISCV_INTEGERS),
    riscv(When::Always, Release::V2_2_0, "__atomic_compare_exchange_4 __atomic_store_4"),
    row(List::Xtensa, Release::V2_0_0, XTENSA),
    row(List::Arc, Release::V2_0_0, ARC),
    // Either one, depending on the compiler that builds the runtime.
    row(List::Arc, Release::V2_0_0, ARC_EITHER),
];

static SYMBOLS: LazyLock<HashMap<&'static str, Vec<&'static Row>>> = LazyLock::new(|| {
    let mut symbols: HashMap<_, Vec<_>> = HashMap::new();
    for row in &ROWS {
        row.names
            .split_ascii_whitespace()
            .for_each(|name| symbols.entry(name).or_default().push(row));
    }
    symbols
});

const COMMON: &str = "
    aot_memory_init aot_data_drop wasm_runtime_atomic_wait wasm_runtime_atomic_notify
    aot_drop_table_seg aot_table_init aot_table_copy aot_table_fill aot_table_grow
    aot_alloc_frame aot_free_frame aot_frame_update_profile_info aot_intrinsic_fabs_f32
    aot_intrinsic_fabs_f64 aot_intrinsic_floor_f32 aot_intrinsic_floor_f64
    aot_intrinsic_ceil_f32 aot_intrinsic_ceil_f64 aot_intrinsic_trunc_f32
    aot_intrinsic_trunc_f64 aot_intrinsic_rint_f32 aot_intrinsic_rint_f64 aot_intrinsic_sqrt_f32
    aot_intrinsic_sqrt_f64 aot_intrinsic_copysign_f32 aot_intrinsic_copysign_f64
    aot_intrinsic_fadd_f32 aot_intrinsic_fadd_f64 aot_intrinsic_fsub_f32 aot_intrinsic_fsub_f64
    aot_intrinsic_fmul_f32 aot_intrinsic_fmul_f64 aot_intrinsic_fdiv_f32 aot_intrinsic_fdiv_f64
    aot_intrinsic_fmin_f32 aot_intrinsic_fmin_f64 aot_intrinsic_fmax_f32 aot_intrinsic_fmax_f64
    aot_intrinsic_clz_i32 aot_intrinsic_clz_i64 aot_intrinsic_ctz_i32 aot_intrinsic_ctz_i64
    aot_intrinsic_popcnt_i32 aot_intrinsic_popcnt_i64 aot_intrinsic_i32_to_f32
    aot_intrinsic_u32_to_f32 aot_intrinsic_i32_to_f64 aot_intrinsic_u32_to_f64
    aot_intrinsic_i64_to_f32 aot_intrinsic_u64_to_f32 aot_intrinsic_i64_to_f64
    aot_intrinsic_u64_to_f64 aot_intrinsic_f64_to_f32 aot_intrinsic_f32_to_i32
    aot_intrinsic_f32_to_u32 aot_intrinsic_f32_to_i64 aot_intrinsic_f32_to_u64
    aot_intrinsic_f64_to_i32 aot_intrinsic_f64_to_u32 aot_intrinsic_f64_to_i64
    aot_intrinsic_f64_to_u64 aot_intrinsic_f32_to_f64 aot_intrinsic_f32_cmp
    aot_intrinsic_f64_cmp aot_intrinsic_i64_div_s aot_intrinsic_i64_div_u
    aot_intrinsic_i64_rem_s aot_intrinsic_i64_rem_u aot_intrinsic_i64_bit_or
    aot_intrinsic_i64_bit_and aot_intrinsic_i32_div_s aot_intrinsic_i32_div_u
    aot_intrinsic_i32_rem_s aot_intrinsic_i32_rem_u __llvm_profile_instrument_target
    __llvm_profile_instrument_memop aot_array_init_with_data aot_create_func_obj
    aot_obj_is_instance_of aot_func_type_is_super_of aot_rtt_type_new wasm_array_obj_copy
    wasm_array_obj_new wasm_externref_obj_to_internal_obj wasm_internal_obj_to_externref_obj
    wasm_obj_is_type_of wasm_struct_obj_new wasm_stringref_obj_new wasm_stringview_wtf8_obj_new
    wasm_stringview_wtf16_obj_new wasm_stringview_iter_obj_new wasm_string_destroy
    wasm_string_new_const wasm_string_new_with_encoding wasm_string_measure
    wasm_string_wtf16_get_length wasm_string_encode wasm_string_concat wasm_string_eq
    wasm_string_is_usv_sequence wasm_string_create_view wasm_string_advance wasm_string_slice
    wasm_string_get_wtf16_codeunit wasm_string_next_codepoint wasm_string_rewind
    wasm_string_dump aot_set_exception_with_id aot_invoke_native aot_call_indirect
    aot_enlarge_memory aot_set_exception aot_check_app_addr_and_convert
    wasm_runtime_quick_invoke_c_api_native memset memmove memcpy sqrt sqrtf fmin fminf fmax
    fmaxf ceil ceilf floor floorf trunc truncf rint rintf";
const COMMON_2_3: &str = "
    aot_intrinsic_i64_mul aot_intrinsic_i64_shl aot_intrinsic_i64_shr_s aot_intrinsic_i64_shr_u";
const ARM: &str = "
    __adddf3 __addsf3 __aeabi_d2iz __aeabi_d2lz __aeabi_d2ulz __aeabi_dadd __aeabi_dcmpge
    __aeabi_dcmple __aeabi_dcmplt __aeabi_dcmpun __aeabi_ddiv __aeabi_f2d __aeabi_f2iz
    __aeabi_f2lz __aeabi_f2ulz __aeabi_fcmpge __aeabi_fcmple __aeabi_fcmplt __aeabi_fcmpun
    __aeabi_i2d __aeabi_idiv __aeabi_idivmod __aeabi_l2d __aeabi_l2f __aeabi_ldivmod
    __aeabi_memcpy __aeabi_memmove __aeabi_memset __aeabi_memclr __aeabi_uidiv __aeabi_uidivmod
    __aeabi_ul2d __aeabi_ul2f __aeabi_uldivmod __clzsi2 __divdf3 __divdi3 __divsf3 __divsi3
    __eqdf2 __extendsfdf2 __fixdfdi __fixdfsi __fixsfdi __fixsfsi __fixunsdfdi __fixunsdfsi
    __fixunssfdi __floatdidf __floatdisf __floatsidf __floatsisf __floatundidf __floatundisf
    __floatunsidf __floatunsisf __gedf2 __gesf2 __gtdf2 __gtsf2 __ledf2 __lesf2 __ltdf2 __ltsf2
    __moddi3 __modsi3 __muldf3 __mulsf3 __nedf2 __nesf2 __subdf3 __subsf3 __truncdfsf2 __udivdi3
    __udivmoddi4 __udivsi3 __umoddi3 __umodsi3 __unorddf2 __unordsf2";
const ARM_2_1_1: &str = "
    __aeabi_d2f __aeabi_d2uiz __aeabi_dcmpeq __aeabi_dcmpgt __aeabi_dmul __aeabi_dsub
    __aeabi_fadd __aeabi_fcmpeq __aeabi_fcmpgt __aeabi_fdiv __aeabi_fmul __aeabi_fsub
    __aeabi_i2f __aeabi_ui2d __aeabi_ui2f";
const THUMB: &str = "
    __aeabi_d2iz __aeabi_d2lz __aeabi_d2uiz __aeabi_d2ulz __aeabi_dadd __aeabi_dcmpge
    __aeabi_dcmpgt __aeabi_dcmple __aeabi_dcmplt __aeabi_dcmpun __aeabi_ddiv __aeabi_f2d
    __aeabi_f2iz __aeabi_f2lz __aeabi_f2ulz __aeabi_fcmpge __aeabi_fcmple __aeabi_fcmplt
    __aeabi_fcmpun __aeabi_i2d __aeabi_idiv __aeabi_idivmod __aeabi_l2d __aeabi_l2f
    __aeabi_ldivmod __aeabi_ui2d __aeabi_uidiv __aeabi_uidivmod __aeabi_ul2d __aeabi_ul2f
    __aeabi_uldivmod __ashldi3 __clzsi2 __divdi3 __divsi3 __eqdf2 __eqsf2 __fixdfdi __fixsfdi
    __fixunsdfdi __fixunsdfsi __fixunssfdi __floatdidf __floatdisf __floatundidf __floatundisf
    __gedf2 __gesf2 __gtdf2 __gtsf2 __ledf2 __lesf2 __lshrdi3 __ltdf2 __ltsf2 __moddi3 __modsi3
    __muldi3 __nedf2 __nesf2 __udivdi3 __udivmoddi4 __udivsi3 __umoddi3 __umodsi3";
const THUMB_BEYOND_V6: &str = "
    __adddf3 __addsf3 __divdf3 __extendsfdf2 __fixdfsi __floatsidf __floatsisf __floatunsidf
    __floatunsisf __muldf3 __mulsf3 __subdf3 __subsf3 __truncdfsf2 __unorddf2 __unordsf2";
const THUMB_2_1_2: &str = "
    __aeabi_d2f __aeabi_dcmpeq __aeabi_dmul __aeabi_dsub __aeabi_fadd __aeabi_fcmpeq
    __aeabi_fcmpgt __aeabi_fdiv __aeabi_fmul __aeabi_fsub __aeabi_i2f __aeabi_llsl __aeabi_llsr
    __aeabi_lmul __aeabi_ui2f";
const THUMB_MAIN: &str = "
    __aeabi_memclr __aeabi_memcpy __aeabi_memmove __aeabi_memset";
const RISCV_SOFT_FLOAT: &str = "
    __addsf3 __divsf3 __eqsf2 __fixsfdi __fixunssfdi __fixunssfsi __floatsidf __gesf2 __gtsf2
    __lesf2 __mulsf3 __negsf2 __nesf2 __subsf3 __unordsf2";
const RISCV_SOFT_DOUBLE: &str = "
    __adddf3 __divdf3 __eqdf2 __extendsfdf2 __fixdfdi __fixunsdfdi __fixunsdfsi __floatdidf
    __floatsidf __floatundidf __floatunsidf __gedf2 __gtdf2 __ledf2 __muldf3 __nedf2 __negdf2
    __subdf3 __truncdfsf2 __unorddf2";
const XTENSA: &str = "
    __floatsidf __divdf3 __ltdf2 __mulsi3 __muldi3 __modsi3 __divdi3 __udivdi3 __unorddf2
    __adddf3 __eqdf2 __muldf3 __gedf2 __ledf2 __fixunsdfsi __floatunsidf __subdf3 __nedf2
    __fixdfsi __moddi3 __extendsfdf2 __truncdfsf2 __gtdf2 __umoddi3 __floatdidf __divsf3
    __fixdfdi __floatundidf __fixsfdi __fixunssfdi __fixunsdfdi __floatdisf __floatundisf";
const X86_32: &str = "
    __divdi3 __udivdi3 __moddi3 __umoddi3";
const ARC: &str = "
    __ledf2 __ltdf2 __gedf2 __gtdf2 __eqsf2 __lesf2 __unorddf2";
const ARC_EITHER: &str = "
    __st_r13_to_r15 __st_r13_to_r16 __st_r13_to_r17 __st_r13_to_r18 __st_r13_to_r19
    __st_r13_to_r20 __st_r13_to_r21 __st_r13_to_r22 __st_r13_to_r23 __st_r13_to_r24
    __st_r13_to_r25 __ld_r13_to_r15 __ld_r13_to_r16 __ld_r13_to_r17 __ld_r13_to_r18
    __ld_r13_to_r19 __ld_r13_to_r20 __ld_r13_to_r21 __ld_r13_to_r22 __ld_r13_to_r23
    __ld_r13_to_r24 __ld_r13_to_r25 __adddf3 __addsf3 __divdf3 __divdi3 __divsf3 __divsi3
    __extendsfdf2 __fixdfsi __floatsidf __floatsisf __muldf3 __mulsf3 __subdf3 __subsf3
    __truncdfsf2 __floatunsisf __fixunsdfsi __floatdisf __floatdidf __fixdfdi __ltsf2 __gesf2
    __eqdf2 __nedf2 __nesf2 __unordsf2 __fixunssfsi __ac_push_13_to_13 __ac_push_13_to_14
    __ac_push_13_to_15 __ac_push_13_to_16 __ac_push_13_to_17 __ac_push_13_to_18
    __ac_push_13_to_19 __ac_push_13_to_20 __ac_push_13_to_21 __ac_push_13_to_22
    __ac_push_13_to_23 __ac_push_13_to_24 __ac_push_13_to_25 __ac_push_13_to_26 __ac_push_none
    __ac_pop_13_to_26 __ac_pop_13_to_26v __ac_pop_13_to_25 __ac_pop_13_to_25v __ac_pop_13_to_24
    __ac_pop_13_to_24v __ac_pop_13_to_23 __ac_pop_13_to_23v __ac_pop_13_to_22 __ac_pop_13_to_22v
    __ac_pop_13_to_21 __ac_pop_13_to_21v __ac_pop_13_to_20 __ac_pop_13_to_20v __ac_pop_13_to_19
    __ac_pop_13_to_19v __ac_pop_13_to_18 __ac_pop_13_to_18v __ac_pop_13_to_17 __ac_pop_13_to_17v
    __ac_pop_13_to_16 __ac_pop_13_to_16v __ac_pop_13_to_15 __ac_pop_13_to_15v __ac_pop_13_to_14
    __ac_pop_13_to_14v __ac_pop_13_to_13 __ac_pop_13_to_13v __ac_pop_none __ac_pop_nonev __gtsf2
    __truncdfhf2 __truncsfhf2";
const RISCV_INTEGERS: &str = "
    __mulsi3 __divsi3 __modsi3 __udivsi3 __umodsi3 __muldi3 __divdi3 __moddi3 __udivdi3
    __umoddi3";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Machine;
    use crate::helpers::Helper;

    const SOFT: Loader = Loader::Riscv { width: 32, float_abi: 0 };
    const HARD: Loader = Loader::Riscv { width: 32, float_abi: 64 };

    #[test]
    fn loaders_are_told_by_target_info() {
        let of = Loader::of;
        for machine in Machine::ALL {
            assert!(of(2, machine.e_machine(), 4, machine.arch()).is_some(), "{machine:?}");
        }
        assert_eq!(of(0, 40, 0x0500_0000, "armv7"), Some(Loader::Arm));
        assert_eq!(of(0, 40, 0x0500_0000, "thumbv7em"), Some(Loader::Thumb { v6: false }));
        assert_eq!(of(0, 40, 0x0500_0000, "thumbv6m"), Some(Loader::Thumb { v6: true }));
        assert_eq!(of(0, 243, 1, "riscv32"), Some(SOFT));
        assert_eq!(of(0, 243, 5, "riscv32"), Some(HARD));
        assert_eq!(of(2, 243, 3, "riscv64"), Some(Loader::Riscv { width: 64, float_abi: 32 }));
        assert_eq!(of(1, 8, 0, "mips"), None);
        assert_eq!(of(0, 8, 0, "mips"), None);
    }

    #[test]
    fn helpers_are_in_the_common_list() {
        for helper in Helper::ALL {
            let release = match helper {
                // No operator is compiled to a call of these.
                Helper::IntrinsicI64Mul
                | Helper::IntrinsicI64Shl
                | Helper::IntrinsicI64ShrS
                | Helper::IntrinsicI64ShrU => Release::V2_3_0,
                _ => Release::V2_0_0,
            };
            assert_eq!(Loader::Aarch64.oldest(&[helper.symbol()]), Some(release), "{helper:?}");
        }
        let newer = ["aot_intrinsic_i64_mul", "aot_intrinsic_i64_div_s"];
        assert_eq!(Loader::X86_64.unresolved(Release::V2_2_0, &newer), ["aot_intrinsic_i64_mul"]);
        assert!(Loader::X86_64.unresolved(Release::V2_3_0, &newer).is_empty());
    }

    #[test]
    fn places_in_the_file_need_no_list() {
        let places = [".text", ".rodata.cst8", ".srodata", "aot_func#12", "__llvm_prf_cnts"];
        assert!(Loader::Xtensa.unresolved(Release::V2_0_0, &places).is_empty());
    }

    /// A build has all of these symbols, or another build does: never some of each.
    #[test]
    fn symbols_come_from_one_build() {
        let release = Release::Main;
        assert!(SOFT.unresolved(release, &["__addsf3", "__adddf3", "__divdi3"]).is_empty());
        assert!(SOFT.unresolved(release, &["__floatdisf", "__adddf3"]).is_empty());
        let soft = ["__addsf3", "__gesf2", "__floatdisf"];
        assert_eq!(SOFT.unresolved(release, &soft), ["__floatdisf"]);
        assert_eq!(SOFT.oldest(&soft), None);
        assert_eq!(SOFT.oldest(&soft[..2]), Some(Release::V2_0_0));
        assert_eq!(SOFT.oldest(&soft[2..]), Some(Release::V2_2_0));
        assert_eq!(HARD.unresolved(release, &["__adddf3", "__fixdfdi"]), ["__adddf3"]);
        let wide = Loader::Riscv { width: 64, float_abi: 64 };
        assert_eq!(wide.unresolved(release, &["__fixdfdi", "__muldi3"]), ["__fixdfdi"]);
    }
}
