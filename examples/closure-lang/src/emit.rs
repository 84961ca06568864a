//! Compiles a tree to a wasm module with garbage collection.
//!
//! Every value is an `eqref`: an integer is an `i31`; a function is a structure with its code and an
//! array of the variables that it captures; a record is a structure with the number of its shape, and
//! an array of its fields. All functions have the same type: they get the structure of their own
//! function, and the argument.

use std::collections::BTreeSet;

use wasm_encoder::{
    AbstractHeapType, BlockType, CodeSection, CompositeInnerType, CompositeType, ElementSection,
    Elements, ExportKind, ExportSection, FieldType, FuncType, Function, FunctionSection, HeapType,
    InstructionSink, Module, RefType, StorageType, StructType, SubType, TypeSection, ValType,
};

use crate::syntax::{Expression, Operator};

/// The name of the function that computes the value of the program.
pub(crate) const MAIN: &str = "main";

/// Indexes of types: the array of values, records, the code of functions, functions, `main`.
const VALUES: u32 = 0;
const RECORD: u32 = 1;
const CODE: u32 = 2;
const FUNCTION: u32 = 3;
const START: u32 = 4;

const VALUE: ValType = ValType::Ref(RefType::EQREF);
const I31: HeapType = HeapType::Abstract { shared: false, ty: AbstractHeapType::I31 };

/// The module that computes `program`.
pub(crate) fn module(program: &Expression) -> Result<Vec<u8>, String> {
    let mut emitter = Emitter::default();
    emitter.find_shapes(program);
    let mut scope = Scope::default();
    let mut main = Vec::new();
    let mut code = InstructionSink::new(&mut main);
    emitter.expression(program, &mut scope, &mut code)?;
    integer(&mut code);
    code.end();
    emitter.functions.push((scope.locals, main));
    Ok(finish(emitter.functions))
}

/// A module with these functions, the last of which is `main`.
fn finish(bodies: Vec<(u32, Vec<u8>)>) -> Vec<u8> {
    let main = bodies.len() as u32 - 1;
    let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
    for ((locals, body), index) in bodies.into_iter().zip(0..) {
        functions.function(if index == main { START } else { CODE });
        let mut function = Function::new([(locals, VALUE)]);
        function.raw(body);
        code.function(&function);
    }
    let mut exports = ExportSection::new();
    exports.export(MAIN, ExportKind::Func, main);
    let mut elements = ElementSection::new();
    let referred: Vec<u32> = (0..main).collect();
    elements.declared(Elements::Functions(referred.into()));
    let mut module = Module::new();
    module.section(&types()).section(&functions).section(&exports);
    module.section(&elements).section(&code);
    module.finish()
}

fn types() -> TypeSection {
    let field = |ty| FieldType { element_type: StorageType::Val(ty), mutable: false };
    let to = |ty| ValType::Ref(RefType { nullable: false, heap_type: HeapType::Concrete(ty) });
    let mut types = TypeSection::new();
    types.ty().array(&StorageType::Val(VALUE), true);
    types.ty().struct_([field(ValType::I32), field(to(VALUES))]);
    let code = FuncType::new([to(FUNCTION), VALUE], [VALUE]);
    let function = StructType { fields: Box::new([field(to(CODE)), field(to(VALUES))]) };
    let group = [CompositeInnerType::Func(code), CompositeInnerType::Struct(function)];
    types.ty().rec(group.map(final_type));
    types.ty().function([], [ValType::I32]);
    types
}

fn final_type(inner: CompositeInnerType) -> SubType {
    let composite_type = CompositeType { inner, shared: false, descriptor: None, describes: None };
    SubType { is_final: true, supertype_idxs: Vec::new(), composite_type }
}

/// Takes the integer out of the value on the stack.
fn integer(code: &mut InstructionSink<'_>) {
    code.ref_cast_non_null(I31).i31_get_s();
}

/// Where the value of a name is.
#[derive(Clone, Copy)]
enum Place {
    Local(u32),
    /// In the array of the function.
    Captured(u32),
}

/// What names mean in a function.
#[derive(Default)]
struct Scope {
    names: Vec<(String, Place)>,
    /// The number of parameters: 0 in `main`.
    parameters: u32,
    /// The number of other locals so far.
    locals: u32,
}

impl Scope {
    fn find(&self, name: &str) -> Option<Place> {
        self.names.iter().rev().find(|(other, _)| other == name).map(|&(_, place)| place)
    }

    fn new_local(&mut self) -> u32 {
        self.locals += 1;
        self.parameters + self.locals - 1
    }
}

/// Emits functions.
#[derive(Default)]
struct Emitter {
    /// The names of the fields of each kind of record.
    shapes: Vec<Vec<String>>,
    /// The numbers of locals and the code of all functions.
    functions: Vec<(u32, Vec<u8>)>,
}

impl Emitter {
    fn find_shapes(&mut self, expression: &Expression) {
        if let Expression::Record(fields) = expression {
            let names: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
            if !self.shapes.contains(&names) {
                self.shapes.push(names);
            }
        }
        parts(expression).into_iter().for_each(|part| self.find_shapes(part));
    }

    fn expression(
        &mut self,
        expression: &Expression,
        scope: &mut Scope,
        code: &mut InstructionSink<'_>,
    ) -> Result<(), String> {
        match expression {
            Expression::Number(value) => _ = code.i32_const(*value).ref_i31(),
            Expression::Name(name) => self.name(name, scope, code)?,
            Expression::Let { name, recursive, value, body } => {
                let local = scope.new_local();
                let names = scope.names.len();
                if *recursive {
                    scope.names.push((name.clone(), Place::Local(local)));
                }
                self.expression(value, scope, code)?;
                code.local_set(local);
                if let (true, Expression::Function { .. }) = (*recursive, &**value) {
                    capture_itself(value, name, local, code);
                }
                scope.names.truncate(names);
                scope.names.push((name.clone(), Place::Local(local)));
                self.expression(body, scope, code)?;
                scope.names.truncate(names);
            }
            Expression::Function { parameter, body } => {
                self.function(parameter, body, expression, scope, code)?;
            }
            Expression::Call(function, argument) => {
                let local = scope.new_local();
                self.expression(function, scope, code)?;
                code.local_tee(local).ref_cast_non_null(HeapType::Concrete(FUNCTION));
                self.expression(argument, scope, code)?;
                code.local_get(local).ref_cast_non_null(HeapType::Concrete(FUNCTION));
                code.struct_get(FUNCTION, 0).call_ref(CODE);
            }
            Expression::If(parts) => {
                let [condition, yes, no] = &**parts;
                self.expression(condition, scope, code)?;
                integer(code);
                code.if_(BlockType::Result(VALUE));
                self.expression(yes, scope, code)?;
                code.else_();
                self.expression(no, scope, code)?;
                code.end();
            }
            Expression::Binary(operator, operands) => {
                for operand in &**operands {
                    self.expression(operand, scope, code)?;
                    integer(code);
                }
                match operator {
                    Operator::Add => code.i32_add(),
                    Operator::Subtract => code.i32_sub(),
                    Operator::Multiply => code.i32_mul(),
                    Operator::Less => code.i32_lt_s(),
                    Operator::Equal => code.i32_eq(),
                };
                code.ref_i31();
            }
            Expression::Record(fields) => {
                let shape = self
                    .shapes
                    .iter()
                    .position(|names| names.iter().eq(fields.iter().map(|(name, _)| name)));
                code.i32_const(shape.map_or(-1, |shape| shape as i32));
                for (_, value) in fields {
                    self.expression(value, scope, code)?;
                }
                code.array_new_fixed(VALUES, fields.len() as u32).struct_new(RECORD);
            }
            Expression::Field(record, name) => self.field(record, name, scope, code)?,
        }
        Ok(())
    }

    fn name(
        &self,
        name: &str,
        scope: &Scope,
        code: &mut InstructionSink<'_>,
    ) -> Result<(), String> {
        match scope.find(name) {
            Some(Place::Local(local)) => _ = code.local_get(local),
            Some(Place::Captured(index)) => {
                code.local_get(0).struct_get(FUNCTION, 1);
                code.i32_const(index as i32).array_get(VALUES);
            }
            None => return Err(format!("{name} is not defined")),
        }
        Ok(())
    }

    /// Emits the function `whole`, and code that makes its structure.
    fn function(
        &mut self,
        parameter: &str,
        body: &Expression,
        whole: &Expression,
        scope: &Scope,
        code: &mut InstructionSink<'_>,
    ) -> Result<(), String> {
        let captured = free_names(whole);
        let names = captured.iter().zip(0..);
        let names = names.map(|(name, index)| (name.clone(), Place::Captured(index)));
        let mut inner = Scope { names: names.collect(), parameters: 2, locals: 0 };
        inner.names.push((parameter.to_owned(), Place::Local(1)));
        let mut bytes = Vec::new();
        let mut inside = InstructionSink::new(&mut bytes);
        self.expression(body, &mut inner, &mut inside)?;
        inside.end();
        self.functions.push((inner.locals, bytes));
        code.ref_func(self.functions.len() as u32 - 1);
        for name in &captured {
            self.name(name, scope, code)?;
        }
        code.array_new_fixed(VALUES, captured.len() as u32).struct_new(FUNCTION);
        Ok(())
    }

    /// Finds a field by the shape of the record; a record without it is a trap.
    fn field(
        &mut self,
        record: &Expression,
        name: &str,
        scope: &mut Scope,
        code: &mut InstructionSink<'_>,
    ) -> Result<(), String> {
        let local = scope.new_local();
        self.expression(record, scope, code)?;
        code.local_set(local);
        let to_record = |code: &mut InstructionSink<'_>| {
            code.local_get(local).ref_cast_non_null(HeapType::Concrete(RECORD));
        };
        let mut found = 0;
        for (names, shape) in self.shapes.iter().zip(0..) {
            let Some(position) = names.iter().position(|other| other == name) else { continue };
            to_record(code);
            code.struct_get(RECORD, 0).i32_const(shape).i32_eq();
            code.if_(BlockType::Result(VALUE));
            to_record(code);
            code.struct_get(RECORD, 1).i32_const(position as i32).array_get(VALUES);
            code.else_();
            found += 1;
        }
        code.unreachable();
        (0..found).for_each(|_| _ = code.end());
        Ok(())
    }
}

/// A function that captures itself was made before its own structure existed. It is stored now.
fn capture_itself(function: &Expression, name: &str, local: u32, code: &mut InstructionSink<'_>) {
    if let Some(index) = free_names(function).iter().position(|other| other == name) {
        code.local_get(local).ref_cast_non_null(HeapType::Concrete(FUNCTION));
        code.struct_get(FUNCTION, 1).i32_const(index as i32).local_get(local);
        code.array_set(VALUES);
    }
}

/// The names that an expression uses and does not define, in alphabetical order.
fn free_names(expression: &Expression) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = parts(expression).into_iter().flat_map(free_names).collect();
    match expression {
        Expression::Name(name) => _ = names.insert(name.clone()),
        Expression::Function { parameter, .. } => _ = names.remove(parameter),
        Expression::Let { name, recursive, value, body } => {
            names = free_names(body);
            names.remove(name);
            let mut of_value = free_names(value);
            if *recursive {
                of_value.remove(name);
            }
            names.extend(of_value);
        }
        _ => {}
    }
    names
}

/// The expressions directly inside of one.
fn parts(expression: &Expression) -> Vec<&Expression> {
    match expression {
        Expression::Number(_) | Expression::Name(_) => Vec::new(),
        Expression::Let { value, body, .. } => vec![value, body],
        Expression::Function { body, .. } => vec![body],
        Expression::Call(function, argument) => vec![function, argument],
        Expression::If(parts) => parts.iter().collect(),
        Expression::Binary(_, operands) => operands.iter().collect(),
        Expression::Record(fields) => fields.iter().map(|(_, value)| value).collect(),
        Expression::Field(record, _) => vec![record],
    }
}
