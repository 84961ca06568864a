//! Numbers at which operators go wrong: the limits of every type and their neighbours, zeros, NaNs.
//!
//! There are [`COUNT`] numbers of each type, so that one mask and one shift split the index of a
//! pair.

/// The number of values of each type.
pub(super) const COUNT: usize = 1 << COUNT_LOG2;
/// Its logarithm.
pub(super) const COUNT_LOG2: usize = 6;

/// Signed numbers around every limit of integer operators: signs, widths of shifts, the precision
/// of floats.
const INTEGERS: &[i64] = &[
    0,
    1,
    -1,
    2,
    -2,
    3,
    7,
    -7,
    10,
    -10,
    31,
    32,
    33,
    63,
    64,
    65,
    -31,
    -32,
    0xff,
    0x8000,
    0xffff,
    0x1_0000,
    0x00ff_ffff,
    0x0100_0000,
    0x0100_0001,
    0x7fff_ff7f,
    0x7fff_ffbf,
    0x7fff_ffc0,
    i32::MAX as i64 - 1,
    i32::MAX as i64,
    1 << 31,
    i32::MIN as i64,
    i32::MIN as i64 + 1,
    i32::MIN as i64 - 1,
    0xffff_fffe,
    0xffff_ffff,
    1 << 32,
    (1 << 32) + 1,
    -(1 << 32),
    0x5555_5555_5555_5555,
    0x0123_4567_89ab_cdef,
    (1 << 53) - 1,
    1 << 53,
    (1 << 53) + 1,
    -(1 << 53) - 1,
    0x7fff_ff40_0000_0000,
    0x7fff_ffbf_ffff_ffff,
    0x7fff_ffc0_0000_0000,
    0x7fff_ffff_ffff_fc00,
    0x7fff_ffff_ffff_fdff,
    0x7fff_ffff_ffff_fe00,
    i64::MAX - 1,
    i64::MAX,
    i64::MIN,
    i64::MIN + 1,
    -0x7fff_ffc0_0000_0000,
];

/// The bits of 32-bit floats: zeros, numbers around 1/2 and 1, the smallest and the largest,
/// infinities, NaNs, the limit of whole numbers, and the limits of the integer types.
const FLOATS_32: &[u32] = &[
    0x0000_0000,
    0x8000_0000,
    0x3f80_0000,
    0xbf80_0000,
    0x3f00_0000,
    0xbf00_0000,
    0x3eff_ffff,
    0xbeff_ffff,
    0x3f00_0001,
    0xbf00_0001,
    0x3fc0_0000,
    0xbfc0_0000,
    0x4020_0000,
    0xc020_0000,
    0x3f7f_ffff,
    0xbf7f_ffff,
    0xbf80_0001,
    0x3f80_0001,
    0x4490_0000,
    // Subnormal, least normal, largest.
    0x0000_0001,
    0x8000_0001,
    0x007f_ffff,
    0x807f_ffff,
    0x0080_0000,
    0x8080_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    // NaNs: canonical, quiet with a payload, signalling; both signs.
    0x7fc0_0000,
    0xffc0_0000,
    0x7fc1_2345,
    0xffd5_4321,
    0x7f80_0001,
    0xff80_0001,
    0x7fa0_0000,
    0xffbf_ffff,
    // 2^22 and 2^23 with halves, 2^24.
    0x4a80_0001,
    0xca80_0001,
    0x4aff_ffff,
    0x4b00_0001,
    0xcb00_0001,
    0x4b80_0000,
    // Around 2^31, 2^32, 2^63 and 2^64.
    0x4eff_ffff,
    0x4f00_0000,
    0xceff_ffff,
    0xcf00_0000,
    0xcf00_0001,
    0x4f7f_ffff,
    0x4f80_0000,
    0x5eff_ffff,
    0x5f00_0000,
    0xdf00_0000,
    0xdf00_0001,
    0x5f7f_ffff,
    0x5f80_0000,
];

/// The same for 64-bit floats, and the limits of conversion to 32-bit floats.
const FLOATS_64: &[u64] = &[
    0x0000_0000_0000_0000,
    0x8000_0000_0000_0000,
    0x3ff0_0000_0000_0000,
    0xbff0_0000_0000_0000,
    0x3fe0_0000_0000_0000,
    0xbfe0_0000_0000_0000,
    0x3fdf_ffff_ffff_ffff,
    0xbfdf_ffff_ffff_ffff,
    0x3ff8_0000_0000_0000,
    0xbff8_0000_0000_0000,
    0x4004_0000_0000_0000,
    0xc004_0000_0000_0000,
    0xbfef_ffff_ffff_ffff,
    0xbff0_0000_0000_0001,
    0x4092_0000_0000_0000,
    // Subnormal, least normal, largest.
    0x0000_0000_0000_0001,
    0x8000_0000_0000_0001,
    0x000f_ffff_ffff_ffff,
    0x0010_0000_0000_0000,
    0x8010_0000_0000_0000,
    0x7fef_ffff_ffff_ffff,
    0xffef_ffff_ffff_ffff,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    // NaNs: canonical, quiet with a payload, signalling; both signs, and payloads that do not fit
    // into 32-bit floats.
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ff8_1234_5678_9abc,
    0xfffa_bcde_f123_4567,
    0x7ff0_0000_0000_0001,
    0xfff0_0000_0000_0001,
    0x7ff4_0000_0000_0000,
    0xfff7_ffff_ffff_ffff,
    // 2^52 with its halves, 2^53.
    0x4320_0000_0000_0001,
    0xc320_0000_0000_0001,
    0x4330_0000_0000_0001,
    0x4340_0000_0000_0000,
    // Around 2^31, -2^31 - 1, 2^32, 2^63, -2^63 and 2^64.
    0x41df_ffff_ffc0_0000,
    0x41df_ffff_ffff_ffff,
    0x41e0_0000_0000_0000,
    0xc1e0_0000_0000_0000,
    0xc1e0_0000_001f_ffff,
    0xc1e0_0000_0020_0000,
    0x41ef_ffff_ffe0_0000,
    0x41ef_ffff_ffff_ffff,
    0x41f0_0000_0000_0000,
    0x43df_ffff_ffff_ffff,
    0x43e0_0000_0000_0000,
    0xc3e0_0000_0000_0000,
    0xc3e0_0000_0000_0001,
    0x43ef_ffff_ffff_ffff,
    0x43f0_0000_0000_0000,
    // Around the smallest and the largest 32-bit floats, and halfway between two of them.
    0x36a0_0000_0000_0000,
    0x3690_0000_0000_0000,
    0x3690_0000_0000_0001,
    0x380f_ffff_ffff_ffff,
    0x47ef_ffff_e000_0000,
    0x47ef_ffff_efff_ffff,
    0x47ef_ffff_f000_0000,
    0x3ff0_0000_1000_0000,
    0x3ff0_0000_1000_0001,
    0x3ff0_0000_3000_0000,
];

/// A type of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    I32,
    I64,
    F32,
    F64,
}

impl Ty {
    pub(super) const ALL: [Self; 4] = [Self::I32, Self::I64, Self::F32, Self::F64];

    /// Its name in the text format.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    pub(super) fn bytes(self) -> usize {
        match self {
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
        }
    }

    /// The bits of the numbers of this type.
    pub(super) fn values(self) -> Vec<u64> {
        let values: Vec<u64> = match self {
            Self::I32 => INTEGERS.iter().map(|&number| u64::from(number as u32)).collect(),
            Self::I64 => INTEGERS.iter().map(|number| number.cast_unsigned()).collect(),
            Self::F32 => FLOATS_32.iter().map(|&bits| bits.into()).collect(),
            Self::F64 => FLOATS_64.to_vec(),
        };
        assert!(values.len() <= COUNT);
        values.iter().copied().cycle().take(COUNT).collect()
    }

    /// The constant with these bits in the text format.
    pub(super) fn constant(self, bits: u64) -> String {
        match self {
            Self::I32 => format!("(i32.const {})", bits as u32),
            Self::I64 => format!("(i64.const {bits})"),
            Self::F32 => format!("(f32.reinterpret_i32 (i32.const {}))", bits as u32),
            Self::F64 => format!("(f64.reinterpret_i64 (i64.const {bits}))"),
        }
    }
}
