//! Magic numbers: multiplication by one replaces a division by a constant.
//!
//! Source: Granlund and Montgomery, "Division by Invariant Integers using Multiplication" (PLDI
//! 1994), figures 4.2, 5.2 and 6.2. An N-bit quotient is the upper half of its product with a
//! multiplier of up to N + 1 bits, shifted right.

/// The multiplier and shift for an N-bit dividend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lower) struct MagicNumber {
    /// The lower N bits of the multiplier.
    pub(in crate::lower) mul_by: u64,
    /// Whether the dividend itself is added to the upper half of the product. For unsigned
    /// dividends the multiplier then has a bit N; for signed ones, its bit N - 1 is the sign of the
    /// number in `mul_by`.
    pub(in crate::lower) do_add: bool,
    /// The number of bits by which the sum is shifted.
    pub(in crate::lower) shift: u32,
}

impl MagicNumber {
    /// For unsigned dividends of `bits` bits, 32 or 64. `None` if `divisor` is a power of two, or
    /// if the computation would need more than 128 bits.
    pub(in crate::lower) fn unsigned(divisor: u64, bits: u32) -> Option<Self> {
        let (mul_by, shift) = multiplier(divisor, bits, bits)?;
        let do_add = mul_by >> bits != 0;
        Some(Self { mul_by: lower_bits(mul_by, bits), do_add, shift })
    }

    /// For signed dividends and the magnitude of a divisor.
    pub(in crate::lower) fn signed(magnitude: u64, bits: u32) -> Option<Self> {
        let (mul_by, shift) = multiplier(magnitude, bits, bits - 1)?;
        let do_add = mul_by >> (bits - 1) != 0;
        Some(Self { mul_by: lower_bits(mul_by, bits), do_add, shift })
    }
}

/// The smallest multiplier and shift that give the right quotient for every dividend with
/// `precision` bits.
fn multiplier(divisor: u64, bits: u32, precision: u32) -> Option<(u128, u32)> {
    if divisor.is_power_of_two() {
        return None;
    }
    let mut shift = divisor.checked_ilog2()? + 1;
    let power = 1u128.checked_shl(bits + shift)?;
    let tolerance = 1u128 << (bits + shift - precision);
    let (mut low, mut high) =
        (power / u128::from(divisor), (power + tolerance) / u128::from(divisor));
    while shift > 0 && low / 2 < high / 2 {
        (low, high) = (low / 2, high / 2);
        shift -= 1;
    }
    Some((high, shift))
}

fn lower_bits(number: u128, bits: u32) -> u64 {
    (number & ((1 << bits) - 1)) as u64
}

#[cfg(test)]
mod tests {
    use super::MagicNumber;

    /// The quotient, computed like lowered code does.
    fn unsigned(dividend: u64, divisor: u64, bits: u32) -> Option<u64> {
        let MagicNumber { mul_by, do_add, shift } = MagicNumber::unsigned(divisor, bits)?;
        let upper = ((u128::from(dividend) * u128::from(mul_by)) >> bits) as u64;
        Some(match do_add {
            true => (((dividend - upper) >> 1) + upper) >> (shift - 1),
            false => upper >> shift,
        })
    }

    fn signed(dividend: i64, divisor: i64, bits: u32) -> Option<i64> {
        let magic = MagicNumber::signed(divisor.unsigned_abs(), bits)?;
        let unused = 64 - bits;
        let narrow = |number: i64| (number << unused) >> unused;
        let mul_by = narrow(magic.mul_by.cast_signed());
        let upper = ((i128::from(dividend) * i128::from(mul_by)) >> bits) as i64;
        let sum = if magic.do_add { narrow(upper.wrapping_add(dividend)) } else { upper };
        let quotient = (sum >> magic.shift) - (dividend >> 63);
        Some(if divisor < 0 { -quotient } else { quotient })
    }

    /// Numbers around powers of two, and some in between.
    fn numbers() -> Vec<u64> {
        let around = (0..64)
            .flat_map(|bit| [-2, -1, 0, 1, 2].map(|by| (1u64 << bit).wrapping_add_signed(by)));
        let between = (1..64).map(|step: u64| step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        around
            .chain(between)
            .chain([3, 5, 6, 7, 9, 10, 25, 100, 641, 1_000, 1_000_000_007])
            .collect()
    }

    #[test]
    fn unsigned_quotients_are_those_of_the_machine() {
        for divisor in numbers() {
            for dividend in numbers() {
                if let Some(quotient) = unsigned(dividend, divisor, 64) {
                    assert_eq!(quotient, dividend / divisor, "{dividend} / {divisor}");
                }
                let (dividend, divisor) = (dividend & 0xffff_ffff, divisor & 0xffff_ffff);
                if divisor != 0
                    && let Some(quotient) = unsigned(dividend, divisor, 32)
                {
                    assert_eq!(quotient, dividend / divisor, "{dividend} / {divisor}");
                }
            }
        }
    }

    #[test]
    fn signed_quotients_are_those_of_the_machine() {
        for divisor in numbers().into_iter().map(u64::cast_signed).filter(|&d| d.unsigned_abs() > 1)
        {
            for dividend in numbers().into_iter().map(u64::cast_signed) {
                if let Some(quotient) = signed(dividend, divisor, 64) {
                    assert_eq!(quotient, dividend / divisor, "{dividend} / {divisor}");
                }
                let (dividend, divisor) = (dividend as i32, divisor as i32);
                if divisor.unsigned_abs() > 1
                    && let Some(quotient) = signed(dividend.into(), divisor.into(), 32)
                {
                    assert_eq!(quotient, i64::from(dividend / divisor), "{dividend} / {divisor}");
                }
            }
        }
    }

    #[test]
    fn most_divisors_have_one() {
        for bits in [32, 64] {
            for divisor in [3, 7, 10, 641, 1_000_000_007, (1 << (bits - 1)) - 1] {
                assert!(MagicNumber::unsigned(divisor, bits).is_some(), "{divisor}");
                assert!(MagicNumber::signed(divisor, bits).is_some(), "{divisor}");
            }
        }
        assert_eq!(MagicNumber::unsigned(u64::MAX, 64), None, "its numbers have 129 bits");
        assert_eq!(MagicNumber::unsigned(8, 64), None);
    }
}
