//! Rust types as parameters and results.

use crate::val::Val;

/// A Rust type that stands for one WebAssembly type.
pub trait Value: Sized {
    /// The value for WebAssembly.
    fn into_val(self) -> Val;
    /// The value from WebAssembly, if it has this type.
    fn from_val(val: Val) -> Option<Self>;
}

macro_rules! values {
    ($( $rust:ty: $variant:ident, $into:expr, $from:expr; )*) => { $(
        impl Value for $rust {
            fn into_val(self) -> Val {
                Val::$variant($into(self))
            }

            fn from_val(val: Val) -> Option<Self> {
                match val {
                    Val::$variant(value) => Some($from(value)),
                    _ => None,
                }
            }
        }
    )* };
}

values! {
    i32: I32, |value| value, |value| value;
    u32: I32, u32::cast_signed, i32::cast_unsigned;
    i64: I64, |value| value, |value| value;
    u64: I64, u64::cast_signed, i64::cast_unsigned;
    f32: F32, f32::to_bits, f32::from_bits;
    f64: F64, f64::to_bits, f64::from_bits;
    u128: V128, |value| value, |value| value;
}

/// Parameters of a function: a tuple of values.
pub trait Params {
    /// The values, in order.
    fn into_vals(self) -> Vec<Val>;
}

/// Results of a function: nothing, one value, or a tuple of them.
pub trait Results: Sized {
    /// The results, if number and types fit.
    fn from_vals(vals: &[Val]) -> Option<Self>;
}

impl<T: Value> Results for T {
    fn from_vals(vals: &[Val]) -> Option<T> {
        match *vals {
            [val] => T::from_val(val),
            _ => None,
        }
    }
}

macro_rules! tuples {
    ($( ($($name:ident)*) )*) => { $(
        #[allow(non_snake_case, reason = "one name for type and variable")]
        impl<$($name: Value),*> Params for ($($name,)*) {
            fn into_vals(self) -> Vec<Val> {
                let ($($name,)*) = self;
                vec![$($name.into_val()),*]
            }
        }

        #[allow(non_snake_case, reason = "one name for type and variable")]
        impl<$($name: Value),*> Results for ($($name,)*) {
            fn from_vals(vals: &[Val]) -> Option<Self> {
                let [$($name),*] = *vals else { return None };
                Some(($($name::from_val($name)?,)*))
            }
        }
    )* };
}

tuples! {
    ()
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
}
