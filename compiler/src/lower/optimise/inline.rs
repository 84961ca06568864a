//! Inlining: calls are replaced by the body of the callee, at level 3.
//!
//! A call of a small function costs more than what the function does: passing arguments, saving
//! registers, loading the module instance and the memory base once more. So the callee's body is
//! lowered in place of the call, into the same function. Its locals are variables like the caller's
//! own, a `return` is a branch to the code after the call, and everything known in the caller is
//! known in it. A trap in it leaves the caller, since it is the caller's code now.
//!
//! No IR of another function is ever kept. The bytes of an inlined body are read again for each
//! call, so memory stays bounded, and the result depends only on the module, never on which
//! function is compiled first. Whether a call is inlined depends on the numbers in a [`Plan`], on
//! the place of the call, and on how much the caller has grown already.

use std::sync::OnceLock;

use cranelift_codegen::ir::Value;
use wasmparser::FuncValidatorAllocations;

use super::devirtualize::{DevirtualizedCallee, devirtualize};
use crate::error::{Error, refused};
use crate::limits::inlining::{
    GROWTH, MAX_DEPTH, MAX_LOCALS, MAX_RECURSION_DEPTH, MEDIUM, PRODUCT, RECURSION, SMALL,
};
use crate::lower::context::Lowering;
use crate::lower::function::validator_of;
use crate::lower::locals::Local;
use crate::lower::operators::ValidatingVisitor;
use crate::lower::signature::clif_type;
use crate::wasm::{
    Body, ExportKind, Module, Mul128, Outline, Survey, ValueType, recognise_mul128, some_tail_call,
    survey,
};

/// Which functions of a module may be inlined.
pub(crate) struct Plan {
    /// By position among the bodies.
    candidates: Vec<Option<Candidate>>,
    /// Weight of every body.
    weights: Vec<u32>,
    /// For every import, whether a table may contain it.
    in_table: Vec<bool>,
    /// Whether a body has a tail call.
    tail_calls: bool,
    /// By canonical type index.
    devirtualized: Vec<Option<DevirtualizedCallee>>,
}

/// A function that may be inlined.
struct Candidate {
    weight: u32,
    /// Whether the module calls it in one place only, and nothing else refers to it.
    called_once: bool,
    /// How deep calls of itself are inlined when it is compiled.
    recursion_depth: u32,
    /// The product that it computes, if it is one that machines can compute faster.
    product: Option<Mul128>,
    /// Whether the body is valid; computed when it is first needed.
    valid: OnceLock<bool>,
}

impl Plan {
    /// Reads all bodies of `module`, or uses their outlines, if there are any.
    pub(crate) fn new(module: &Module<'_>, outlines: Option<&[Option<Outline>]>) -> Self {
        let imports = module.imported_function_count();
        let mut calls = referred_from_outside(module);
        let closed = tables_are_closed(module);
        let in_table =
            calls[..imports as usize].iter().map(|&count| count > 0 || !closed).collect();
        let mut called = |callee: u32, times: u32| {
            // Validation reports an index that does not exist.
            if let Some(count) = calls.get_mut(callee as usize) {
                *count = count.saturating_add(times);
            }
        };
        let surveys: Vec<_> = match outlines {
            Some(outlines) => outlines
                .iter()
                .map(|outline| {
                    let outline = outline.as_ref()?;
                    outline.callees().for_each(|(callee, times)| called(callee, times));
                    Some(outline.survey)
                })
                .collect(),
            None => (imports..)
                .zip(&module.bodies)
                .map(|(index, body)| survey(&body.code, index, |callee| called(callee, 1)))
                .collect(),
        };
        let tail_calls = some_tail_call(surveys.iter().copied());
        let writes_tables = surveys.iter().flatten().any(|survey| survey.writes_tables);
        let devirtualized = devirtualize(module, writes_tables);
        let weights = surveys.iter().map(|survey| survey.map_or(0, |survey| survey.weight));
        let weights = weights.collect();
        let candidate = |((index, survey), calls): ((u32, Option<Survey>), &u32)| {
            let survey = survey.filter(|survey| !survey.tail_calls && !survey.fails)?;
            let parameters = module.function_type(index).params.len() as u32;
            if survey.locals.saturating_add(parameters) > MAX_LOCALS {
                return None;
            }
            let called_once = *calls == 1 && survey.self_calls == 0;
            let body = &module.bodies[(index - imports) as usize].code;
            let product = PRODUCT
                .contains(&survey.weight)
                .then(|| recognise_mul128(module.function_type(index), body))
                .flatten();
            // A call of a product, with all its operands, is more code than the product itself.
            let weight = if product.is_some() { 0 } else { survey.weight };
            (weight <= MEDIUM).then(|| Candidate {
                weight,
                called_once,
                recursion_depth: recursion_depth(survey.weight, survey.self_calls),
                product,
                valid: OnceLock::new(),
            })
        };
        let calls = calls[imports as usize..].iter();
        let candidates = (imports..).zip(surveys).zip(calls).map(candidate).collect();
        Self { candidates, weights, in_table, tail_calls, devirtualized }
    }

    /// Whether some body makes a tail call, as [`some_tail_call`] says.
    pub(crate) fn has_tail_calls(&self) -> bool {
        self.tail_calls
    }

    /// Everything that decides whether calls of the function at `position` are inlined, apart from
    /// its body and the place of the call: its weight, whether it is called once, and its depth of
    /// recursion.
    pub(in crate::lower) fn candidate_facts(&self, position: usize) -> Option<(u32, bool, u32)> {
        let Candidate { weight, called_once, recursion_depth, product: _, valid: _ } =
            self.candidates.get(position)?.as_ref()?;
        Some((*weight, *called_once, *recursion_depth))
    }

    /// The only function that an indirect call of this canonical type can reach, if there is
    /// exactly one.
    pub(in crate::lower) fn devirtualized_callee(
        &self,
        canonical: u32,
    ) -> Option<DevirtualizedCallee> {
        self.devirtualized[canonical as usize]
    }

    /// Whether a table may contain the import `function`.
    pub(in crate::lower) fn table_may_hold_import(&self, function: u32) -> bool {
        self.in_table[function as usize]
    }
}

/// Whether the module itself names all functions in tables: it shares no table and no global for
/// functions, and passes no function through them.
fn tables_are_closed(module: &Module<'_>) -> bool {
    let is_function = |ty: &ValueType| *ty == ValueType::FuncRef;
    let mut values = module.types.iter().flat_map(|ty| ty.params.iter().chain(&ty.results));
    let mut globals = module.globals.iter().map(|global| &global.value_type);
    module.imported_tables.is_empty()
        && module.exports.iter().all(|export| export.kind != ExportKind::Table)
        && !values.any(is_function)
        && !globals.any(is_function)
}

/// For every function, the number of references other than calls.
fn referred_from_outside(module: &Module<'_>) -> Vec<u32> {
    let mut references = vec![0; module.functions.len()];
    for index in module.functions_named_outside() {
        references[index as usize] += 2;
    }
    references
}

/// How deep a function of this weight that calls itself in `calls` places is inlined into itself.
fn recursion_depth(weight: u32, calls: u32) -> u32 {
    let (mut depth, mut copies, mut total) = (0, 1, weight);
    while calls > 0 && depth < MAX_RECURSION_DEPTH {
        copies *= calls;
        total += copies * weight;
        if total > RECURSION {
            break;
        }
        depth += 1;
    }
    depth
}

/// The state of inlining into a function.
#[derive(Default)]
pub(in crate::lower) struct Inlining {
    /// The function that is compiled.
    root: Option<u32>,
    /// The functions whose bodies are being inlined, outermost first.
    active: Vec<u32>,
    /// The height of the control stack below the innermost of them; 0 for the function itself.
    base: usize,
    /// The weight that may still be added.
    allowance: u32,
    /// Why the body of a callee could not be lowered.
    failure: Option<Error>,
    /// For the bodies of callees; kept between functions to reuse allocations.
    validators: Vec<FuncValidatorAllocations>,
}

impl Inlining {
    /// Removes everything, for another function.
    pub(in crate::lower) fn clear(&mut self) {
        let validators = std::mem::take(&mut self.validators);
        *self = Self { validators, ..Self::default() };
    }

    /// The number of inlined bodies around the current position.
    pub(in crate::lower) fn depth(&self) -> usize {
        self.active.len()
    }

    /// Why the body of a callee could not be lowered.
    pub(in crate::lower) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }
}

impl<'a> Lowering<'a, '_> {
    /// Prepares for lowering the body of function `index`.
    pub(in crate::lower) fn begin_inlining(&mut self, index: u32) {
        let Some(plan) = self.env.inlining else { return };
        let position = index - self.env.module.imported_function_count();
        self.inlining.root = Some(index);
        self.inlining.allowance = GROWTH + plan.weights[position as usize] / 10;
    }

    /// The body of `function`, if a call of it at the current position should be inlined.
    pub(in crate::lower) fn inlined_body(&mut self, function: u32) -> Option<&'a Body<'a>> {
        let env = self.env;
        let position = function.checked_sub(env.module.imported_function_count())? as usize;
        let candidate = env.inlining?.candidates[position].as_ref()?;
        let body = &env.module.bodies[position];
        if candidate.product.is_some() && !env.recognises() {
            return None;
        }
        if self.inlining.depth() >= MAX_DEPTH
            || self.size.is_large_caller(&self.emit.builder.func.dfg)
        {
            return None;
        }
        if self.inlining.root == Some(function) {
            let nested = self.inlining.active.iter().filter(|&&active| active == function).count();
            if nested as u32 >= candidate.recursion_depth || nested < self.inlining.depth() {
                return None;
            }
        } else {
            let limit =
                if candidate.called_once || self.control.is_in_loop() { MEDIUM } else { SMALL };
            let allowed = candidate.weight <= limit.min(self.inlining.allowance);
            if !allowed || self.inlining.active.contains(&function) {
                return None;
            }
        }
        if !candidate.valid.get_or_init(|| is_valid(body)) {
            return None;
        }
        if self.inlining.root != Some(function) {
            self.inlining.allowance -= candidate.weight;
        }
        Some(body)
    }

    /// The product that the body of `function` computes, if it should be lowered as one.
    pub(in crate::lower) fn recognised_mul128(&self, function: u32) -> Option<&'a Mul128> {
        let env = self.env;
        let position = function.checked_sub(env.module.imported_function_count())? as usize;
        let candidate = env.inlining?.candidates[position].as_ref()?;
        let product = candidate.product.as_ref().filter(|_| env.recognises())?;
        let valid = candidate.valid.get_or_init(|| is_valid(&env.module.bodies[position]));
        valid.then_some(product)
    }

    /// Lowers `body` in place of a call of `function`, whose arguments are on the operand stack.
    pub(in crate::lower) fn inline_call(&mut self, function: u32, body: &'a Body<'a>) {
        let ty = self.env.module.function_type(function);
        let args = self.top(ty.params.len()).to_vec();
        self.drop_top(args.len());
        let caller_base = std::mem::replace(&mut self.inlining.base, self.control.height());
        let caller_locals = self.locals.begin_body();
        self.commit_call();
        self.inlining.active.push(function);
        let call = self.emit.builder.srcloc();
        self.open_inlined_frame(function);
        for (&ty, value) in ty.params.iter().zip(args) {
            self.declare_local(ty, value);
        }
        let around = self.begin_body(body);
        let free_slots = self.free_slots(&ty.results);
        if let Err(error) = self.lower_inlined(body, &ty.results) {
            self.inlining.failure.get_or_insert(error);
            self.control.mark_unreachable();
        }
        if self.control.is_reachable() {
            self.release_slots(free_slots);
            self.close_call_frame();
        }
        self.end_body(around);
        self.inlining.active.pop();
        self.emit.builder.set_srcloc(call);
        self.locals.end_body(caller_locals);
        self.inlining.base = caller_base;
    }

    fn lower_inlined(&mut self, body: &'a Body<'a>, results: &'a [ValueType]) -> Result<(), Error> {
        let allocations = self.inlining.validators.pop().unwrap_or_default();
        let mut validator = validator_of(body, allocations);
        let mut reader = body.code.get_binary_reader();
        self.declare_locals(body, &mut reader, &mut validator)?;
        reader.set_features(body.validation.features);
        self.meter_function();
        self.open_block(&[], results);
        let product = self.recognised_mul128(body.validation.index);
        if let Some(product) = product {
            self.lower_mul128(product);
        }
        while product.is_none() && !reader.eof() && self.inlining.failure.is_none() {
            let offset = reader.original_position();
            self.begin_operator(offset);
            self.set_position(offset);
            let mut visitor = ValidatingVisitor::new(&mut validator, self, offset);
            reader.visit_operator(&mut visitor).map_err(refused)??;
        }
        self.inlining.validators.push(validator.into_allocations());
        Ok(())
    }

    /// Adds a local to those of the body being lowered.
    pub(in crate::lower) fn declare_local(&mut self, ty: ValueType, value: Value) {
        let local = self.new_local(ty, value);
        self.locals.push(local);
    }

    /// A variable for a local, which has the value `value`.
    pub(in crate::lower) fn new_local(&mut self, ty: ValueType, value: Value) -> Local {
        let ty = clif_type(ty);
        let variable = self.locals.reuse(ty).unwrap_or_else(|| {
            self.size.set_variables(self.size.variables() + 1);
            self.emit.builder.declare_var(ty)
        });
        self.emit.builder.def_var(variable, value);
        (ty, variable)
    }

    /// `return`: leaves the innermost body.
    pub(in crate::lower) fn return_(&mut self) {
        match self.inlining.base {
            0 => self.emit_return(),
            base => self.br(self.control.label_of(base)),
        }
    }

    /// Whether the innermost frame is the outermost one of an inlined body.
    pub(in crate::lower) fn in_outermost_inlined_frame(&self) -> bool {
        self.inlining.base != 0 && self.control.height() == self.inlining.base + 1
    }
}

fn is_valid(body: &Body<'_>) -> bool {
    validator_of(body, FuncValidatorAllocations::default()).validate(&body.code).is_ok()
}
