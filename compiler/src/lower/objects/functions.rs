//! References to functions as objects.
//!
//! The runtime makes a new object whenever it is asked for one. So the module keeps one for each
//! function in a table that was added, and makes it when it is first needed.

use cranelift_codegen::ir::{AbiParam, Function, InstBuilder, Signature, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;

use crate::lower::Environment;
use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::function::FunctionLowerer;
use crate::lower::runtime::emitter::Region;
use crate::lower::runtime::thunks::{NO_VALUES, name};
use crate::lower::signature::POINTER;
use crate::target::CALL_CONV;
use crate::wasm::ValueType;

/// Bytes of a slot of a table.
const SLOT: u32 = 8;

/// The signature of [`FuncId::FunctionObject`]: the environment, the function's index, and the
/// place in the table.
fn signature() -> Signature {
    let mut signature = Signature::new(CALL_CONV);
    signature.params = [POINTER, types::I32, types::I32].map(AbiParam::new).to_vec();
    signature.returns = vec![AbiParam::new(POINTER)];
    signature
}

/// Makes the function that makes the object of a function, and keeps it in the table. It returns
/// null if there is an exception.
pub(crate) fn lower_function_object<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
) {
    name(func, FuncId::FunctionObject, signature());
    let mut lowering = lowerer.begin(env, func, &NO_VALUES);
    let &[_, function, slot] = lowering.emit.params() else {
        unreachable!("the signature has three parameters")
    };
    let instance = lowering.emit.module_instance();
    let throws = lowering.emit.ins().iconst(types::I8, 1);
    let text = lowering.emit.ins().iconst(POINTER, 0);
    let size = lowering.emit.ins().iconst(types::I32, 0);
    let args = [instance, function, throws, text, size];
    let object = lowering.call_helper(Helper::CreateFuncObj, &args);
    let object = object.expect("the helper returns the object");
    let table = env.collector().function_objects;
    let (base, offset) = lowering.emit.added_table(table);
    let address = lowering.emit.element_address(base, slot, SLOT);
    let flags = lowering.emit.flags(Region::Roots);
    lowering.emit.ins().store(flags, object, address, offset as i32);
    lowering.emit.ins().return_(&[object]);
    lowering.finish();
}

impl Lowering<'_, '_> {
    /// A reference to `function`, as an object.
    pub(in crate::lower) fn function_object(&mut self, function: u32) -> Value {
        let collector = self.env.collector();
        let slot = collector.function_slot(function);
        let (base, offset) = self.emit.added_table(collector.function_objects);
        let flags = self.emit.flags(Region::Roots);
        let place = (offset + SLOT * slot) as i32;
        let known = self.emit.ins().load(POINTER, flags, base, place);
        let done = self.emit.create_block_with(&[ValueType::Object]);
        let make = self.emit.cold_block();
        self.emit.ins().brif(known, done, &[known.into()], make, &[]);
        self.emit.continue_in(make);
        self.commit_call();
        let callee = self.emit.function(FuncId::FunctionObject, signature);
        let numbers = [function, slot];
        let [function, slot] =
            numbers.map(|number| self.emit.ins().iconst(types::I32, i64::from(number)));
        let exec_env = self.emit.exec_env();
        let call = self.emit.ins().call(callee, &[exec_env, function, slot]);
        let made = self.emit.builder.inst_results(call)[0];
        let trap = self.trap_block(TrapId::AlreadyThrown);
        self.emit.ins().brif(made, done, &[made.into()], trap, &[]);
        self.emit.continue_in(done);
        self.emit.builder.block_params(done)[0]
    }
}
