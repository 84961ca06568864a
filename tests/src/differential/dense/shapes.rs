//! The types of objects in a dense module: structures that extend each other, arrays of all kinds of elements, and
//! functions that take and give objects.
//!
//! Invariant: the types come before all others of the module. All but two are one recursion group; these two are equal.

use wasm_encoder::{
    AbstractHeapType, ArrayType, CompositeInnerType, CompositeType, ConstExpr, FieldType, FuncType,
    HeapType, Instruction as I, RefType, StorageType, StructType, SubType, TypeSection, ValType,
};

use super::{Signature, TYPES};
use crate::random::Random;

/// The reference type of all structures.
pub(super) const STRUCTREF: RefType = abstract_type(AbstractHeapType::Struct);
/// References that are no concrete types.
pub(super) const ABSTRACT: [RefType; 5] =
    [RefType::ANYREF, RefType::EQREF, RefType::I31REF, STRUCTREF, RefType::ARRAYREF];
/// A structure that others extend, and whose fields have default values.
pub(super) const BASE: u32 = 0;
/// Structures.
const STRUCTS: std::ops::Range<u32> = 0..5;
/// An array of references.
const REFERENCES: u32 = 7;
/// Types of functions.
pub(super) const FUNCTIONS: [u32; 2] = [8, 9];
/// The equal types: arrays of i64.
const EQUAL: [u32; 2] = [10, 11];
/// How many types there are.
pub(super) const COUNT: u32 = 12;
/// Arrays have at least this many elements.
pub(super) const LEAST_LENGTH: i32 = 4;

/// A type.
pub(in crate::differential) enum Shape {
    Struct {
        fields: Vec<FieldType>,
        supertype: Option<u32>,
        is_final: bool,
    },
    Array([FieldType; 1]),
    /// Its signature is where those of all functions are.
    Function,
}

impl Shape {
    /// Its fields; the elements of an array are like one field.
    pub(super) fn fields(&self) -> &[FieldType] {
        match self {
            Self::Struct { fields, .. } => fields,
            Self::Array(element) => element,
            Self::Function => &[],
        }
    }

    pub(super) fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// The types above it, the closest first.
    fn supertypes(&self) -> Vec<RefType> {
        let concrete = match self {
            Self::Struct { supertype, .. } => supertype.map(|index| concrete(index, true)),
            _ => None,
        };
        let common: &[RefType] = match self {
            Self::Struct { .. } => &[STRUCTREF, RefType::EQREF, RefType::ANYREF],
            Self::Array(_) => &[RefType::ARRAYREF, RefType::EQREF, RefType::ANYREF],
            Self::Function => &[RefType::FUNCREF],
        };
        concrete.into_iter().chain(common.iter().copied()).collect()
    }

    fn composite_type(&self, signature: &Signature) -> CompositeType {
        let inner = match self {
            Self::Struct { fields, .. } => {
                CompositeInnerType::Struct(StructType { fields: fields.clone().into() })
            }
            Self::Array([element]) => CompositeInnerType::Array(ArrayType(*element)),
            Self::Function => {
                let (params, results) = signature;
                let ty = FuncType::new(params.iter().copied(), results.iter().copied());
                CompositeInnerType::Func(ty)
            }
        };
        CompositeType { inner, shared: false, descriptor: None, describes: None }
    }

    fn sub_type(&self, signature: &Signature) -> SubType {
        let (supertype, is_final) = match self {
            Self::Struct { supertype, is_final, .. } => (*supertype, *is_final),
            _ => (None, true),
        };
        SubType {
            is_final,
            supertype_idxs: supertype.into_iter().collect(),
            composite_type: self.composite_type(signature),
        }
    }
}

const fn abstract_type(ty: AbstractHeapType) -> RefType {
    RefType { nullable: true, heap_type: HeapType::Abstract { shared: false, ty } }
}

/// The type of references to objects of type `index`.
pub(super) fn concrete(index: u32, nullable: bool) -> RefType {
    RefType { nullable, heap_type: HeapType::Concrete(index) }
}

/// The type that also has null.
pub(super) fn nullable(ty: ValType) -> ValType {
    match ty {
        ValType::Ref(ty) => ValType::Ref(ty.nullable(true)),
        other => other,
    }
}

/// All types of values that refer to objects. Each has null.
pub(super) fn value_types() -> impl Iterator<Item = ValType> {
    ABSTRACT.into_iter().chain((0..COUNT).map(|index| concrete(index, true))).map(ValType::Ref)
}

/// Whether a type of the recursion group may refer to `ty`.
pub(super) fn is_early(ty: &ValType) -> bool {
    !EQUAL.iter().any(|&index| *ty == ValType::Ref(concrete(index, true)))
}

/// The types of a module.
pub(super) fn shapes(random: &mut Random) -> Vec<Shape> {
    let list = |random: &mut Random, own, fewest: usize| -> Vec<FieldType> {
        (0..fewest + random.below(3)).map(|_| field(random, own)).collect()
    };
    let base = list(random, BASE, 1);
    let middle = [&base[..], &list(random, 1, 1)].concat();
    let last = [&middle[..], &list(random, 2, 0)].concat();
    let sibling = [&base[..], &list(random, 3, 0)].concat();
    let other = list(random, 4, 0);
    let extends = |fields, supertype, is_final| Shape::Struct { fields, supertype, is_final };
    let mut array = |storage: &[StorageType]| {
        let element_type = random.choose(storage);
        Shape::Array([FieldType { element_type, mutable: true }])
    };
    let number = |ty| StorageType::Val(ty);
    let reference = |ty| StorageType::Val(ValType::Ref(ty));
    let references =
        [RefType::ANYREF, RefType::ANYREF, RefType::EQREF, RefType::FUNCREF, concrete(BASE, true)];
    let small = array(&[StorageType::I8, StorageType::I16]);
    let numbers = array(&[ValType::I32, ValType::I64, ValType::F32, ValType::F64].map(number));
    let references = array(&references.map(reference));
    let [equal, same] = EQUAL.map(|_| array(&[number(ValType::I64)]));
    vec![
        extends(base, None, false),
        extends(middle, Some(BASE), false),
        extends(last, Some(1), true),
        extends(sibling, Some(BASE), true),
        extends(other, None, true),
        small,
        numbers,
        references,
        Shape::Function,
        Shape::Function,
        equal,
        same,
    ]
}

/// A field of the type with index `own`. Only fields that refer to earlier types may lack null, so that objects can be
/// made.
fn field(random: &mut Random, own: u32) -> FieldType {
    let element_type = match random.below(8) {
        0 => StorageType::I8,
        1 => StorageType::I16,
        2 | 3 => StorageType::Val(random.choose(TYPES)),
        4 => StorageType::Val(ValType::Ref(random.choose(&ABSTRACT))),
        5 if own > BASE => {
            let earlier = random.below(own as usize) as u32;
            StorageType::Val(ValType::Ref(concrete(earlier, false)))
        }
        _ => {
            let any = random.below(EQUAL[0] as usize) as u32;
            StorageType::Val(ValType::Ref(concrete(any, true)))
        }
    };
    FieldType { element_type, mutable: random.below(4) != 0 }
}

/// Adds the types to the section, of which they are the first.
pub(super) fn encode(shapes: &[Shape], signatures: &[Signature], types: &mut TypeSection) {
    let mut all: Vec<SubType> =
        shapes.iter().zip(signatures).map(|(shape, signature)| shape.sub_type(signature)).collect();
    let equal = all.split_off(EQUAL[0] as usize);
    types.ty().rec(all);
    for ty in equal {
        types.ty().subtype(&ty);
    }
}

/// The type with index `index`. After the types in `shapes`, all are types of functions.
pub(super) fn shape(shapes: &[Shape], index: u32) -> &Shape {
    shapes.get(index as usize).unwrap_or(&Shape::Function)
}

/// The types, with null, that a value of type `ty` also has, apart from `ty`.
pub(super) fn supertypes(shapes: &[Shape], ty: HeapType) -> Vec<RefType> {
    match ty {
        HeapType::Concrete(index) => shape(shapes, index).supertypes(),
        _ if ty == RefType::EQREF.heap_type => vec![RefType::ANYREF],
        _ if ABSTRACT[2..].iter().any(|other| other.heap_type == ty) => {
            vec![RefType::EQREF, RefType::ANYREF]
        }
        _ => Vec::new(),
    }
}

/// A concrete type of objects that are of type `ty`; none if they are of no concrete type, at least sometimes.
pub(super) fn concrete_type(shapes: &[Shape], ty: HeapType, random: &mut Random) -> Option<u32> {
    let index = match ty {
        HeapType::Concrete(index) => index,
        _ if ty == STRUCTREF.heap_type => random.below(STRUCTS.len()) as u32,
        _ if ty == RefType::ARRAYREF.heap_type => random.choose(&[5, 6, REFERENCES, EQUAL[0]]),
        _ if ty == RefType::EQREF.heap_type || ty == RefType::ANYREF.heap_type => {
            random.choose(&[Some(0), Some(1), Some(2), Some(4), Some(5), Some(6), None, None])?
        }
        _ => return None,
    };
    let extends =
        |other: &u32| shapes[*other as usize].supertypes().contains(&concrete(index, true));
    let below: Vec<u32> = STRUCTS.filter(extends).chain([index]).collect();
    Some(random.choose(&below))
}

/// Code of constant instructions that makes an object of type `ty`. Types of functions by function are `functions`.
pub(super) fn fresh(
    shapes: &[Shape],
    functions: &[u32],
    ty: HeapType,
    random: &mut Random,
) -> Vec<I<'static>> {
    if ty == HeapType::FUNC {
        return vec![I::RefFunc(random.below(functions.len()) as u32)];
    }
    if ty == HeapType::EXTERN {
        let mut object = fresh(shapes, functions, RefType::ANYREF.heap_type, random);
        object.push(I::ExternConvertAny);
        return object;
    }
    // Not one that extends it, whose fields may be of this type again, without end.
    let index = match ty {
        HeapType::Concrete(index) => Some(index),
        _ => concrete_type(shapes, ty, random),
    };
    let Some(index) = index else {
        return vec![I::I32Const(random.next_u64() as i32 >> 2), I::RefI31];
    };
    match shape(shapes, index) {
        Shape::Function => {
            let function = functions.iter().position(|&ty| ty == index);
            vec![I::RefFunc(function.expect("the type is that of a function") as u32)]
        }
        Shape::Array(_) => vec![I::I32Const(LEAST_LENGTH), I::ArrayNewDefault(index)],
        Shape::Struct { fields, .. } => {
            let mut code = Vec::new();
            for field in fields {
                code.extend(value(shapes, functions, field.element_type.unpack(), random));
            }
            code.push(I::StructNew(index));
            code
        }
    }
}

/// Constant instructions that give a value of a field: a number or null if possible.
fn value(shapes: &[Shape], functions: &[u32], ty: ValType, random: &mut Random) -> Vec<I<'static>> {
    let bits = random.next_u64();
    vec![match ty {
        ValType::I32 => I::I32Const(bits as i32),
        ValType::I64 => I::I64Const(bits.cast_signed()),
        ValType::F32 => I::F32Const((bits as i8 as f32).into()),
        ValType::F64 => I::F64Const((bits as i16 as f64).into()),
        ValType::V128 => I::V128Const(bits.into()),
        ValType::Ref(RefType { nullable: true, heap_type }) => I::RefNull(heap_type),
        ValType::Ref(ty) => return fresh(shapes, functions, ty.heap_type, random),
    }]
}

/// A constant expression of type `ty`, which is sometimes null.
pub(super) fn initial(
    shapes: &[Shape],
    functions: &[u32],
    ty: RefType,
    random: &mut Random,
) -> ConstExpr {
    let is_null = ty.nullable && (ty == RefType::EXNREF || random.below(3) == 0);
    let concrete = concrete_type(shapes, ty.heap_type, random).map(HeapType::Concrete);
    ConstExpr::extended(match is_null {
        true => vec![I::RefNull(ty.heap_type)],
        false => fresh(shapes, functions, concrete.unwrap_or(ty.heap_type), random),
    })
}
