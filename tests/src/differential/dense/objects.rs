//! Expressions and statements about objects: making, reading and changing them, casts, and calls through references.
//!
//! An operand that must be no null, or must have some type, mostly is as it must be: a new object takes its place if
//! it is not.

use wasm_encoder::{
    BlockType, FieldType, HeapType, Instruction as I, RefType, StorageType, ValType,
};

use super::body::Body;
use super::shapes::{self, ABSTRACT, LEAST_LENGTH, Shape, concrete};
use super::{OBJECT_SEGMENT, PASSIVE_SEGMENTS};

/// Objects that a loop makes in vain, and the elements of each, so that the heap fills up.
const GARBAGE: (i32, i32) = (20, 400);

impl Body<'_> {
    /// A reference of type `ty`.
    pub(super) fn object_expression(&mut self, ty: RefType) {
        let value = ValType::Ref(ty);
        match self.random.below(16) {
            0..=4 => self.new_object(ty.heap_type),
            5 | 6 => self.cast(ty),
            7 | 8 if self.read_field(value) => {}
            9 => self.table_get(ty),
            10 => self.select(value),
            11 => self.if_expression(value),
            12 => self.block_expression(value),
            13 => self.tee(value),
            14 => self.call_expression(value),
            _ => self.leaf(value),
        }
    }

    /// Sometimes reads a number of type `ty` from an object. Returns whether it did.
    pub(super) fn object_read(&mut self, ty: ValType) -> bool {
        match self.random.below(12) {
            0..=2 => self.read_field(ty),
            3 | 4 if ty == ValType::I32 => {
                self.ask_object();
                true
            }
            _ => false,
        }
    }

    /// A reference that is no null.
    pub(super) fn non_null(&mut self, heap_type: HeapType) {
        let nullable = RefType { nullable: true, heap_type };
        let ty = ValType::Ref(nullable.nullable(false));
        match self.random.below(40) {
            0..=14 => return self.new_object(heap_type),
            15 => {
                self.expression(ValType::Ref(nullable));
                return self.emit(I::RefAsNonNull);
            }
            16..=18 => return self.cast(nullable.nullable(false)),
            _ => {}
        }
        self.emit(I::Block(BlockType::Result(ty)));
        self.labels.push(vec![ty]);
        if self.chance(3) {
            self.emit(I::Block(BlockType::Empty));
            self.labels.push(Vec::new());
            self.expression(ValType::Ref(nullable));
            self.emit(I::BrOnNull(0));
            self.emit(I::Br(1));
            self.labels.pop();
            self.emit(I::End);
        } else {
            self.expression(ValType::Ref(nullable));
            self.emit(I::BrOnNonNull(0));
        }
        self.fresh(heap_type);
        self.labels.pop();
        self.emit(I::End);
    }

    /// A new object with constants for fields.
    pub(super) fn fresh(&mut self, ty: HeapType) {
        let outline = self.outline;
        for instruction in shapes::fresh(&outline.shapes, &outline.functions, ty, self.random) {
            self.emit(instruction);
        }
    }

    /// A reference that must be no null, and once in a while is.
    fn operand(&mut self, heap_type: HeapType) {
        if self.chance(60) {
            return self.expression(ValType::Ref(RefType { nullable: true, heap_type }));
        }
        self.expression(ValType::Ref(RefType { nullable: false, heap_type }));
    }

    fn new_object(&mut self, ty: HeapType) {
        let outline = self.outline;
        if ty == HeapType::EXTERN {
            self.expression(ValType::Ref(RefType::ANYREF.nullable(false)));
            return self.emit(I::ExternConvertAny);
        }
        let Some(index) = shapes::concrete_type(&outline.shapes, ty, self.random) else {
            if ty == HeapType::FUNC || self.chance(3) {
                return self.fresh(ty);
            }
            if ty == RefType::ANYREF.heap_type && self.chance(3) {
                self.expression(ValType::Ref(RefType::EXTERNREF.nullable(false)));
                return self.emit(I::AnyConvertExtern);
            }
            self.expression(ValType::I32);
            return self.emit(I::RefI31);
        };
        match shapes::shape(&outline.shapes, index) {
            Shape::Function => self.fresh(ty),
            Shape::Array([element]) => self.new_array(index, *element),
            Shape::Struct { fields, .. } => {
                let has_defaults = fields.iter().all(|field| field.element_type.is_defaultable());
                if has_defaults && self.chance(5) {
                    return self.emit(I::StructNewDefault(index));
                }
                for field in fields {
                    self.expression(field.element_type.unpack());
                }
                self.emit(I::StructNew(index));
            }
        }
    }

    fn new_array(&mut self, index: u32, element: FieldType) {
        let ty = element.element_type.unpack();
        match self.random.below(6) {
            0 | 1 => {
                self.expression(ty);
                self.length();
                self.emit(I::ArrayNew(index));
            }
            2 => {
                self.length();
                self.emit(I::ArrayNewDefault(index));
            }
            3 | 4 => {
                let array_size = LEAST_LENGTH as u32 + self.random.below(3) as u32;
                for _ in 0..array_size {
                    self.expression(ty);
                }
                self.emit(I::ArrayNewFixed { array_type_index: index, array_size });
            }
            _ => {
                let Some(segment) = self.segment_for(ty) else {
                    return self.fresh(HeapType::Concrete(index));
                };
                self.index();
                self.emit(I::I32Const(LEAST_LENGTH));
                self.emit(match ty {
                    ValType::Ref(_) => {
                        I::ArrayNewElem { array_type_index: index, array_elem_index: segment }
                    }
                    _ => I::ArrayNewData { array_type_index: index, array_data_index: segment },
                });
            }
        }
    }

    /// A passive segment of data or elements from which arrays of `ty` can be initialised.
    fn segment_for(&mut self, ty: ValType) -> Option<u32> {
        let plain = self.random.below(PASSIVE_SEGMENTS as usize) as u32;
        match ty {
            ValType::Ref(RefType::ANYREF) => Some(OBJECT_SEGMENT),
            ValType::FUNCREF => Some(plain),
            ValType::Ref(_) => None,
            _ => Some(plain),
        }
    }

    /// The length of a new array.
    fn length(&mut self) {
        self.expression(ValType::I32);
        let mask = if self.chance(60) { 63 } else { 3 };
        self.emit(I::I32Const(mask));
        self.emit(I::I32And);
        if !self.chance(60) {
            self.emit(I::I32Const(LEAST_LENGTH));
            self.emit(I::I32Or);
        }
    }

    /// The index of an element, mostly.
    fn index(&mut self) {
        self.expression(ValType::I32);
        if !self.chance(200) {
            self.emit(I::I32Const(LEAST_LENGTH - 1));
            self.emit(I::I32And);
        }
    }

    /// A start or a length that are inside of an array together, mostly.
    fn half(&mut self) {
        self.expression(ValType::I32);
        if !self.chance(200) {
            self.emit(I::I32Const(LEAST_LENGTH / 2 - 1));
            self.emit(I::I32And);
        }
    }

    /// Reads a field or an element of type `ty`. Returns false if there is none.
    fn read_field(&mut self, ty: ValType) -> bool {
        let outline = self.outline;
        let mut fitting = Vec::new();
        for (index, shape) in (0..).zip(&outline.shapes) {
            for (position, field) in (0..).zip(shape.fields()) {
                if field.element_type.unpack() == ty {
                    fitting.push((index, position, field.element_type, shape.is_array()));
                }
            }
        }
        if fitting.is_empty() {
            return false;
        }
        let (index, field_index, storage, is_array) = self.random.choose(&fitting);
        self.operand(HeapType::Concrete(index));
        if is_array {
            self.index();
        }
        let is_packed = !matches!(storage, StorageType::Val(_));
        let (struct_type_index, is_signed) = (index, self.chance(2));
        self.emit(match (is_array, is_packed, is_signed) {
            (true, false, _) => I::ArrayGet(index),
            (true, true, true) => I::ArrayGetS(index),
            (true, true, false) => I::ArrayGetU(index),
            (false, false, _) => I::StructGet { struct_type_index, field_index },
            (false, true, true) => I::StructGetS { struct_type_index, field_index },
            (false, true, false) => I::StructGetU { struct_type_index, field_index },
        });
        true
    }

    /// A number that says something about an object.
    fn ask_object(&mut self) {
        match self.random.below(6) {
            0 => {
                self.operand(RefType::ARRAYREF.heap_type);
                self.emit(I::ArrayLen);
            }
            1 => {
                self.operand(HeapType::I31);
                let get = if self.chance(2) { I::I31GetS } else { I::I31GetU };
                self.emit(get);
            }
            2 => {
                self.expressions(&[ValType::Ref(RefType::EQREF); 2]);
                self.emit(I::RefEq);
            }
            3 => {
                let ty = self.any_object_type();
                self.expression(ValType::Ref(ty));
                self.emit(I::RefIsNull);
            }
            _ => {
                let to = self.any_object_type();
                let from = self.cast_from(to);
                self.expression(ValType::Ref(from));
                let or_null = self.chance(2);
                self.emit(match or_null {
                    true => I::RefTestNullable(to.heap_type),
                    false => I::RefTestNonNull(to.heap_type),
                });
            }
        }
    }

    fn any_object_type(&mut self) -> RefType {
        match self.random.below(4) {
            0 => self.random.choose(&ABSTRACT),
            _ => concrete(self.random.below(self.outline.shapes.len()) as u32, true),
        }
    }

    /// A type from which a value may be cast to `to`.
    fn cast_from(&mut self, to: RefType) -> RefType {
        let above = shapes::supertypes(&self.outline.shapes, to.heap_type);
        if above.is_empty() { to.nullable(true) } else { self.random.choose(&above) }
    }

    /// A value of another type that is cast to `to`. If the value is not of that type, another one usually replaces it.
    fn cast(&mut self, to: RefType) {
        let from = self.cast_from(to);
        match self.random.below(40) {
            0 => {
                self.expression(ValType::Ref(from));
                self.emit(cast_instruction(to));
            }
            1..=13 => self.branch_on_cast(from, to),
            14..=26 => self.branch_on_failed_cast(from, to),
            _ => self.tested_cast(from, to),
        }
    }

    fn branch_on_cast(&mut self, from_ref_type: RefType, to_ref_type: RefType) {
        let result = ValType::Ref(to_ref_type);
        self.emit(I::Block(BlockType::Result(result)));
        self.labels.push(vec![result]);
        self.expression(ValType::Ref(from_ref_type));
        self.emit(I::BrOnCast { relative_depth: 0, from_ref_type, to_ref_type });
        self.emit(I::Drop);
        self.otherwise(to_ref_type);
        self.labels.pop();
        self.emit(I::End);
    }

    fn branch_on_failed_cast(&mut self, from_ref_type: RefType, to_ref_type: RefType) {
        let (from, result) = (ValType::Ref(from_ref_type), ValType::Ref(to_ref_type));
        self.emit(I::Block(BlockType::Result(result)));
        self.labels.push(vec![result]);
        self.emit(I::Block(BlockType::Result(from)));
        self.labels.push(vec![from]);
        self.expression(from);
        self.emit(I::BrOnCastFail { relative_depth: 0, from_ref_type, to_ref_type });
        self.emit(I::Br(1));
        self.labels.pop();
        self.emit(I::End);
        self.emit(I::Drop);
        self.otherwise(to_ref_type);
        self.labels.pop();
        self.emit(I::End);
    }

    fn tested_cast(&mut self, from: RefType, to: RefType) {
        let (value, result) = (ValType::Ref(from), ValType::Ref(to));
        let kept = self.reserved_local(value);
        self.expression(value);
        self.emit(I::LocalTee(kept));
        self.emit(match to.nullable {
            true => I::RefTestNullable(to.heap_type),
            false => I::RefTestNonNull(to.heap_type),
        });
        self.emit(I::If(BlockType::Result(result)));
        self.emit(I::LocalGet(kept));
        self.emit(cast_instruction(to));
        self.emit(I::Else);
        self.otherwise(to);
        self.emit(I::End);
    }

    /// What takes the place of a value that was not of type `ty`.
    fn otherwise(&mut self, ty: RefType) {
        if ty.nullable && self.chance(6) {
            return self.emit(I::RefNull(ty.heap_type));
        }
        self.fresh(ty.heap_type);
    }

    /// Calls a function of type `ty` through a reference. The arguments are on the stack.
    pub(super) fn call_reference(&mut self, ty: u32, is_tail: bool) {
        let heap_type = HeapType::Concrete(ty);
        if shapes::FUNCTIONS.contains(&ty) {
            self.operand(heap_type);
        } else if self.chance(2) {
            self.fresh(heap_type);
        } else {
            self.cast(RefType { nullable: false, heap_type });
        }
        self.emit(if is_tail { I::ReturnCallRef(ty) } else { I::CallRef(ty) });
    }

    pub(super) fn object_statement(&mut self) {
        let outline = self.outline;
        if self.chance(6) {
            return self.garbage();
        }
        let mut mutable = Vec::new();
        for (index, shape) in (0..).zip(&outline.shapes) {
            let fields = (0..).zip(shape.fields()).filter(|(_, field)| field.mutable);
            mutable.extend(fields.map(|(position, field)| (index, position, *field)));
        }
        let (index, field_index, field) = self.random.choose(&mutable);
        let ty = field.element_type.unpack();
        self.operand(HeapType::Concrete(index));
        if !outline.shapes[index as usize].is_array() {
            self.expression(ty);
            return self.emit(I::StructSet { struct_type_index: index, field_index });
        }
        match (self.random.below(6), self.segment_for(ty)) {
            (0 | 1, _) => {
                self.index();
                self.expression(ty);
                self.emit(I::ArraySet(index));
            }
            (2, _) => {
                self.half();
                self.expression(ty);
                self.half();
                self.emit(I::ArrayFill(index));
            }
            (3 | 4, Some(segment)) => self.array_init(index, ty, segment),
            _ => self.array_copy(index, field.element_type),
        }
    }

    /// Copies from an array with the same elements, sometimes to one of another type.
    fn array_copy(&mut self, to: u32, element: StorageType) {
        let same = (0..)
            .zip(&self.outline.shapes)
            .filter(|(_, shape)| shape.is_array() && shape.fields()[0].element_type == element);
        let same: Vec<u32> = same.map(|(index, _)| index).collect();
        let from = self.random.choose(&same);
        self.half();
        self.operand(HeapType::Concrete(from));
        self.half();
        self.half();
        self.emit(I::ArrayCopy { array_type_index_dst: to, array_type_index_src: from });
    }

    fn array_init(&mut self, array_type_index: u32, ty: ValType, segment: u32) {
        for _ in 0..3 {
            self.half();
        }
        self.emit(match ty {
            ValType::Ref(_) => I::ArrayInitElem { array_type_index, array_elem_index: segment },
            _ => I::ArrayInitData { array_type_index, array_data_index: segment },
        });
    }

    /// Makes objects that nobody keeps.
    fn garbage(&mut self) {
        let (count, length) = GARBAGE;
        let left = self.reserved_local(ValType::I32);
        let array =
            shapes::concrete_type(&self.outline.shapes, RefType::ARRAYREF.heap_type, self.random);
        self.emit(I::I32Const(count));
        self.emit(I::LocalSet(left));
        self.emit(I::Loop(BlockType::Empty));
        self.emit(I::I32Const(length));
        self.emit(I::ArrayNewDefault(array.expect("all arrays are concrete")));
        self.emit(I::Drop);
        self.emit(I::LocalGet(left));
        self.emit(I::I32Const(1));
        self.emit(I::I32Sub);
        self.emit(I::LocalTee(left));
        self.emit(I::BrIf(0));
        self.emit(I::End);
    }
}

fn cast_instruction(to: RefType) -> I<'static> {
    match to.nullable {
        true => I::RefCastNullable(to.heap_type),
        false => I::RefCastNonNull(to.heap_type),
    }
}
