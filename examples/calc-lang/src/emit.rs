//! Compiles trees to a wasm module: one function for the line, exported as `line`, and one for each
//! function of the language that it needs, directly or indirectly.

use std::collections::HashMap;

use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink,
    Module, TypeSection, ValType,
};

use crate::syntax::{BinaryOperator, Expression};

/// The name of the function that computes the line's value.
pub(crate) const LINE: &str = "line";

/// A function of the language.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) parameters: Vec<String>,
    pub(crate) body: Expression,
}

/// What names mean.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) variables: HashMap<String, f64>,
    pub(crate) functions: HashMap<String, Definition>,
}

/// The module that computes `expression`.
pub(crate) fn module(expression: &Expression, names: &Names) -> Result<Vec<u8>, String> {
    let mut emitter = Emitter { names, indices: HashMap::new(), order: Vec::new() };
    let line = emitter.function(&[], expression)?;
    let mut types = TypeSection::new();
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    types.ty().function([], [ValType::F64]);
    functions.function(0);
    code.function(&line);
    // The list grows when functions are found that others call.
    let mut done = 0;
    while let Some(name) = emitter.order.get(done).copied() {
        done += 1;
        let definition = &names.functions[name];
        let parameters = vec![ValType::F64; definition.parameters.len()];
        types.ty().function(parameters, [ValType::F64]);
        functions.function(done as u32);
        let function = emitter.function(&definition.parameters, &definition.body);
        code.function(&function.map_err(|error| format!("{error}, in {name}"))?);
    }
    let mut exports = ExportSection::new();
    exports.export(LINE, ExportKind::Func, 0);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    Ok(module.finish())
}

/// Emits functions. Undefined names are errors only when a line calls the function that uses them,
/// since they may be defined by then.
struct Emitter<'n> {
    names: &'n Names,
    /// Index in the module of each function that is called.
    indices: HashMap<&'n str, u32>,
    /// Their names, by index, from 1 on.
    order: Vec<&'n str>,
}

impl<'n> Emitter<'n> {
    fn function(&mut self, parameters: &[String], body: &Expression) -> Result<Function, String> {
        let mut function = Function::new([]);
        self.expression(body, parameters, &mut function.instructions())?;
        function.instructions().end();
        Ok(function)
    }

    fn expression(
        &mut self,
        expression: &Expression,
        parameters: &[String],
        code: &mut InstructionSink<'_>,
    ) -> Result<(), String> {
        match expression {
            Expression::Number(number) => drop(code.f64_const((*number).into())),
            Expression::Name(name) => {
                if let Some(index) = parameters.iter().position(|parameter| parameter == name) {
                    code.local_get(index as u32);
                } else {
                    let value = self.names.variables.get(name);
                    let value = value.ok_or_else(|| format!("{name} has no value"))?;
                    code.f64_const((*value).into());
                }
            }
            Expression::Negative(inner) => {
                self.expression(inner, parameters, code)?;
                code.f64_neg();
            }
            Expression::Binary(operator, operands) => {
                for operand in &**operands {
                    self.expression(operand, parameters, code)?;
                }
                emit_operator(*operator, code);
            }
            Expression::If(parts) => {
                let [condition, yes, no] = &**parts;
                self.expression(condition, parameters, code)?;
                code.f64_const(0.0.into()).f64_ne().if_(BlockType::Result(ValType::F64));
                self.expression(yes, parameters, code)?;
                code.else_();
                self.expression(no, parameters, code)?;
                code.end();
            }
            Expression::Call(name, arguments) => {
                for argument in arguments {
                    self.expression(argument, parameters, code)?;
                }
                self.call(name, arguments.len(), code)?;
            }
        }
        Ok(())
    }

    fn call(
        &mut self,
        name: &str,
        arguments: usize,
        code: &mut InstructionSink<'_>,
    ) -> Result<(), String> {
        let defined = self.names.functions.get_key_value(name);
        let wanted = match (name, defined) {
            (_, Some((_, definition))) => definition.parameters.len(),
            ("sqrt" | "abs" | "floor", None) => 1,
            ("min" | "max", None) => 2,
            _ => return Err(format!("{name} is not a function")),
        };
        if arguments != wanted {
            return Err(format!("{name} takes {wanted} values, not {arguments}"));
        }
        let Some((name, _)) = defined else {
            match name {
                "sqrt" => code.f64_sqrt(),
                "abs" => code.f64_abs(),
                "floor" => code.f64_floor(),
                "min" => code.f64_min(),
                _ => code.f64_max(),
            };
            return Ok(());
        };
        let index = *self.indices.entry(name).or_insert_with(|| {
            self.order.push(name);
            self.order.len() as u32
        });
        code.call(index);
        Ok(())
    }
}

fn emit_operator(operator: BinaryOperator, code: &mut InstructionSink<'_>) {
    match operator {
        BinaryOperator::Add => code.f64_add(),
        BinaryOperator::Subtract => code.f64_sub(),
        BinaryOperator::Multiply => code.f64_mul(),
        BinaryOperator::Divide => code.f64_div(),
        BinaryOperator::Less => code.f64_lt().f64_convert_i32_u(),
        BinaryOperator::LessOrEqual => code.f64_le().f64_convert_i32_u(),
        BinaryOperator::Greater => code.f64_gt().f64_convert_i32_u(),
        BinaryOperator::GreaterOrEqual => code.f64_ge().f64_convert_i32_u(),
        BinaryOperator::Equal => code.f64_eq().f64_convert_i32_u(),
        BinaryOperator::NotEqual => code.f64_ne().f64_convert_i32_u(),
    };
}
