//! Every operator of WebAssembly as a plain value: its name in the text format, and facts about it.
//!
//! The list is wasmparser's own, so no operator can be missing.

mod facts;

pub(super) use facts::Facts;
pub(crate) use facts::Length;
pub(super) use facts::{is_typed, reference, references};

/// Makes the enum and the names from wasmparser's list.
macro_rules! define_operators {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        /// An operator without its immediates.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        #[allow(missing_docs)]
        pub(crate) enum OperatorKind { $( $op, )* }

        impl OperatorKind {
            /// Every operator, in the order of wasmparser's list.
            pub(crate) const ALL: &[Self] = &[$( Self::$op, )*];

            /// Which one `operator` is.
            pub(super) fn of(operator: &wasmparser::Operator<'_>) -> Self {
                match operator {
                    $( wasmparser::Operator::$op { .. } => Self::$op, )*
                    _ => unreachable!("wasmparser's list has every operator"),
                }
            }

            /// The name of wasmparser's method for it.
            fn method(self) -> &'static str {
                match self { $( Self::$op => stringify!($visit), )* }
            }
        }
    };
}
wasmparser::for_each_operator!(define_operators);

/// Prefixes before the dot in names of the text format. If one is a prefix of another, the longer
/// one comes first.
const PREFIXES: &[&str] = &[
    "i32_atomic_rmw8_",
    "i32_atomic_rmw16_",
    "i64_atomic_rmw8_",
    "i64_atomic_rmw16_",
    "i64_atomic_rmw32_",
    "i32_atomic_rmw_",
    "i64_atomic_rmw_",
    "i32_atomic_",
    "i64_atomic_",
    "memory_atomic_",
    "atomic_",
    "i32_",
    "i64_",
    "f32_",
    "f64_",
    "v128_",
    "i8x16_",
    "i16x8_",
    "i32x4_",
    "i64x2_",
    "f32x4_",
    "f64x2_",
    "local_",
    "global_",
    "table_",
    "memory_",
    "ref_",
    "elem_",
    "data_",
];

impl OperatorKind {
    /// The name in the text format: `i32.add`, `local.get`, `br_if`.
    pub(crate) fn name(self) -> String {
        let method = self.method();
        let name = method.strip_prefix("visit_").unwrap_or(method);
        match PREFIXES.iter().find_map(|prefix| Some((prefix, name.strip_prefix(prefix)?))) {
            Some((prefix, rest)) => prefix.replace('_', ".") + rest,
            None => name.to_owned(),
        }
    }
}
