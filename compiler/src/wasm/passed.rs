//! Limits the values that the operators of a module pass on.
//!
//! A call of two bytes can pass a thousand arguments and get a thousand results, if these are the
//! arguments of the next call. Code for them would be hundreds of times as large as the module. So
//! the values are counted before anything is lowered, in modules that have such types. Code that
//! computes its arguments passes less than one value for each byte.
//!
//! Unreachable operators count, too. A body that cannot be read counts up to the error; validation
//! refuses it.

use wasmparser::{BinaryReaderError, BlockType, Catch, FunctionBody, Operator};

use super::{FuncType, Module};
use crate::error::Error;
use crate::limits::passing::{ALWAYS, FEW, PER_BYTE};

/// Checks that the operators of `module` do not pass on too many values.
pub(crate) fn check_passed_values(module: &Module<'_>) -> Result<(), Error> {
    if module.types.iter().all(|ty| values(ty) <= FEW as u64) {
        return Ok(());
    }
    let bytes: u64 = module.bodies.iter().map(|body| body.code.as_bytes().len() as u64).sum();
    let limit = ALWAYS + PER_BYTE * bytes;
    let mut count = Count { module, labels: Vec::new(), passed: 0 };
    for (index, body) in (module.imported_function_count()..).zip(&module.bodies) {
        let start = body.code.range().start as usize;
        count.labels.clear();
        count.labels.push(module.function_type(index).results.len() as u64);
        let _ = count.read(&body.code);
        if count.passed > limit {
            let what = "calls and branches pass more than";
            return Err(Error::limit(format!("{what} {limit} values")).at(start));
        }
    }
    Ok(())
}

fn values(ty: &FuncType) -> u64 {
    (ty.params.len() + ty.results.len()) as u64
}

struct Count<'m> {
    module: &'m Module<'m>,
    /// For each open block, the number of values that a branch to it passes.
    labels: Vec<u64>,
    passed: u64,
}

impl Count<'_> {
    fn read(&mut self, body: &FunctionBody<'_>) -> Result<(), BinaryReaderError> {
        for operator in body.get_operators_reader()? {
            self.passed += match operator? {
                Operator::Block { blockty }
                | Operator::If { blockty }
                | Operator::Try { blockty } => self.open(blockty, false),
                Operator::Loop { blockty } => self.open(blockty, true),
                Operator::TryTable { try_table } => {
                    let caught = try_table.catches.iter().map(|catch| match *catch {
                        Catch::One { tag, .. } | Catch::OneRef { tag, .. } => self.operands(tag),
                        Catch::All { .. } | Catch::AllRef { .. } => 0,
                    });
                    caught.sum::<u64>() + self.open(try_table.ty, false)
                }
                Operator::End | Operator::Delegate { .. } => {
                    self.labels.pop();
                    0
                }
                Operator::Br { relative_depth }
                | Operator::BrIf { relative_depth }
                | Operator::BrOnNull { relative_depth }
                | Operator::BrOnNonNull { relative_depth } => self.label(relative_depth),
                Operator::BrTable { targets } => {
                    let mut passed = self.label(targets.default());
                    for target in targets.targets() {
                        passed += self.label(target?);
                    }
                    passed
                }
                Operator::Return => self.labels.first().copied().unwrap_or(0),
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    let ty = self.module.functions.get(function_index as usize);
                    ty.map_or(0, |&ty| self.of_type(ty))
                }
                Operator::CallIndirect { type_index, .. }
                | Operator::ReturnCallIndirect { type_index, .. }
                | Operator::CallRef { type_index }
                | Operator::ReturnCallRef { type_index } => self.of_type(type_index),
                Operator::Throw { tag_index } | Operator::Catch { tag_index } => {
                    self.operands(tag_index)
                }
                _ => 0,
            };
        }
        Ok(())
    }

    /// Opens a block; its parameters and results are passed once.
    fn open(&mut self, ty: BlockType, is_loop: bool) -> u64 {
        let (params, results) = match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let ty = self.module.types.get(index as usize);
                ty.map_or((0, 0), |ty| (ty.params.len() as u64, ty.results.len() as u64))
            }
        };
        self.labels.push(if is_loop { params } else { results });
        params + results
    }

    fn label(&self, depth: u32) -> u64 {
        let position = self.labels.len().checked_sub(1 + depth as usize);
        position.map_or(0, |position| self.labels[position])
    }

    fn of_type(&self, index: u32) -> u64 {
        self.module.types.get(index as usize).map_or(0, values)
    }

    fn operands(&self, tag: u32) -> u64 {
        let ty = self.module.tags.get(tag as usize);
        ty.map_or(0, |tag| self.of_type(tag.type_index))
    }
}

#[cfg(test)]
mod tests {
    use super::check_passed_values;
    use crate::error::ErrorKind;
    use crate::wasm;

    /// The result for a function of a hundred parameters and results, with `code` so many times.
    fn check(code: &str, times: usize) -> Result<(), ErrorKind> {
        let (values, code) = ("i32 ".repeat(100), format!("{code}\n").repeat(times));
        let text = format!(
            "(module (type $t (func (param {values}) (result {values}))) (table 1 funcref)
               (tag $e (param {values}))
               (func $f (type $t) {} {code}))",
            (0..100).map(|local| format!("local.get {local} ")).collect::<String>()
        );
        let bytes = wat::parse_str(text).expect("the text is right");
        let module = wasm::parse(&bytes, wasm::allowed_features(&[]), wasm::References::Indexes)
            .expect("it is valid");
        check_passed_values(&module).map_err(|error| error.kind())
    }

    #[test]
    fn what_passes_many_values_counts() {
        for code in [
            "call $f",
            "i32.const 0 call_indirect (type $t)",
            "ref.null $t call_ref $t",
            "i32.const 0 br_if 0",
            "ref.null $t br_on_null 0 drop",
            "block (type $t) end",
            "loop (type $t) end",
            "i32.const 0 if return end",
            "i32.const 0 if throw $e end",
            "i32.const 0 br_table 0 0",
            "try (type $t) catch $e end",
            "block (type $t) (try_table (type $t) (catch $e 0)) end",
        ] {
            assert_eq!(check(code, 300), Ok(()), "{code}");
            assert_eq!(check(code, 3_000), Err(ErrorKind::Limit), "{code}");
        }
    }

    #[test]
    fn arguments_that_are_computed_may_be_many() {
        let arguments = format!("{} call $f", "drop ".repeat(100) + &"local.get 3 ".repeat(100));
        assert_eq!(check(&arguments, 3_000), Ok(()));
    }
}
