//! Tests of the type of an object, and casts.
//!
//! An object knows its type at run time, of which there is one for each type of the module. The test
//! compares it with the wanted one, then the type directly above, then the type for which a test
//! succeeded last; otherwise, the supertypes are followed up to the depth of the wanted type. A type
//! at run time knows the last of its supertypes, so a type without supertypes is always found with
//! one load. Hosts may make objects with another type at run time for the same type of the module, so
//! types of the module are compared then.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use wamr_abi::exceptions::TrapId;
use wasmparser::{AbstractHeapType, HeapType, RefType};

use crate::lower::context::Lowering;
use crate::lower::runtime::emitter::{ARRAY, OF_HOST, STRUCTURE};
use crate::lower::signature::POINTER;

/// Where control goes after a test.
#[derive(Clone, Copy)]
struct Outcome {
    yes: Block,
    no: Block,
}

impl Lowering<'_, '_> {
    pub(in crate::lower) fn ref_test(&mut self, nullable: bool, target: HeapType) {
        let object = self.pop();
        let outcome = self.new_outcome();
        self.test(object, self.operand_type(), nullable, target, outcome);
        let done = self.emit.builder.create_block();
        let result = self.emit.builder.append_block_param(done, types::I32);
        for (block, number) in [(outcome.yes, 1), (outcome.no, 0)] {
            self.emit.continue_in(block);
            let number = self.emit.ins().iconst(types::I32, number);
            self.emit.ins().jump(done, &[number.into()]);
        }
        self.emit.continue_in(done);
        self.push(result);
    }

    pub(in crate::lower) fn ref_cast(&mut self, nullable: bool, target: HeapType) {
        let object = self.pop();
        let no = self.trap_block(TrapId::CastFailure);
        let yes = self.emit.builder.create_block();
        self.test(object, self.operand_type(), nullable, target, Outcome { yes, no });
        self.emit.continue_in(yes);
        if !nullable {
            self.know_non_null(object);
        }
        self.push(object);
    }

    /// Branches with the operands if the cast succeeds, or if it fails.
    pub(in crate::lower) fn br_on_cast(
        &mut self,
        depth: u32,
        from: RefType,
        to: RefType,
        if_it_succeeds: bool,
    ) {
        let object = self.top(1)[0];
        let outcome = self.new_outcome();
        self.test(object, from, to.is_nullable(), to.heap_type(), outcome);
        let Outcome { yes, no } = outcome;
        let (taken, next) = if if_it_succeeds { (yes, no) } else { (no, yes) };
        self.emit.continue_in(taken);
        self.br(depth);
        self.control.mark_reachable();
        self.emit.continue_in(next);
    }

    fn new_outcome(&mut self) -> Outcome {
        let [yes, no] = [(); 2].map(|()| self.emit.builder.create_block());
        Outcome { yes, no }
    }

    /// Tests whether `object`, of the static type `from`, has the type `target`. The current block
    /// ends.
    fn test(
        &mut self,
        object: Value,
        from: RefType,
        nullable: bool,
        target: HeapType,
        outcome: Outcome,
    ) {
        if from.is_nullable() && !self.addresses.of(object).non_null {
            let of_null = if nullable { outcome.yes } else { outcome.no };
            let some = self.emit.builder.create_block();
            self.emit.ins().brif(object, some, &[], of_null, &[]);
            self.emit.continue_in(some);
        }
        match target {
            HeapType::Concrete(index) | HeapType::Exact(index) => {
                let index = index.as_module_index().expect("operators have indexes of the module");
                self.test_concrete(object, from, index, outcome);
            }
            HeapType::Abstract { ty, .. } => self.test_abstract(object, from, ty, outcome),
        }
    }

    fn test_abstract(
        &mut self,
        object: Value,
        from: RefType,
        target: AbstractHeapType,
        outcome: Outcome,
    ) {
        use AbstractHeapType::{Any, Array, Cont, Eq, Exn, Extern, Func, I31, Struct};
        let always = match target {
            Any | Func | Extern | Exn | Cont => true,
            AbstractHeapType::None => false,
            Eq => !may_be_of_host(from),
            I31 | Struct | Array => {
                return self.test_kind(object, from, target, outcome);
            }
            _ => false,
        };
        if always {
            self.emit.ins().jump(outcome.yes, &[]);
        } else if target == Eq {
            self.branch_on_small(object, from, outcome.yes);
            let of_host = self.emit.object_flags(object, OF_HOST);
            self.emit.ins().brif(of_host, outcome.no, &[], outcome.yes, &[]);
        } else {
            self.emit.ins().jump(outcome.no, &[]);
        }
    }

    fn test_kind(
        &mut self,
        object: Value,
        from: RefType,
        target: AbstractHeapType,
        outcome: Outcome,
    ) {
        if target == AbstractHeapType::I31 {
            self.branch_on_small(object, from, outcome.yes);
            self.emit.ins().jump(outcome.no, &[]);
            return;
        }
        self.branch_on_small(object, from, outcome.no);
        let ty = self.emit.runtime_type_of(object);
        self.leave_if_of_host(ty, from, outcome.no);
        let kind = self.emit.kind_of_type(ty);
        let wanted = if target == AbstractHeapType::Struct { STRUCTURE } else { ARRAY };
        let is_kind = self.emit.ins().icmp_imm_u(IntCC::Equal, kind, i64::from(wanted));
        self.emit.ins().brif(is_kind, outcome.yes, &[], outcome.no, &[]);
    }

    fn test_concrete(&mut self, object: Value, from: RefType, target: u32, outcome: Outcome) {
        self.branch_on_small(object, from, outcome.no);
        let ty = self.emit.runtime_type_of(object);
        let wanted = self.emit.runtime_type(target);
        let module = self.env.module;
        if module.is_extended(target) && module.is_root(target) {
            self.leave_if_of_host(ty, from, outcome.no);
            let roots = [ty, wanted].map(|each| self.emit.root_type(each));
            let is_same = self.emit.ins().icmp(IntCC::Equal, roots[0], roots[1]);
            self.emit.ins().brif(is_same, outcome.yes, &[], outcome.no, &[]);
            return;
        }
        let is_same = self.emit.ins().icmp(IntCC::Equal, ty, wanted);
        let differs = self.emit.builder.create_block();
        self.emit.ins().brif(is_same, outcome.yes, &[], differs, &[]);
        self.emit.continue_in(differs);
        self.leave_if_of_host(ty, from, outcome.no);
        let canonical = module.canonical_types[target as usize];
        let last = self.env.collector().last_casts[canonical as usize];
        let defined = self.emit.defined_type(ty);
        let defined_wanted = self.emit.defined_type(wanted);
        let Some(last) = last else {
            let is_same = self.emit.ins().icmp(IntCC::Equal, defined, defined_wanted);
            self.emit.ins().brif(is_same, outcome.yes, &[], outcome.no, &[]);
            return;
        };
        let parent = self.emit.parent_of_type(defined);
        let is_parent = self.emit.ins().icmp(IntCC::Equal, parent, defined_wanted);
        self.emit.leave_if(is_parent, outcome.yes);
        let before = self.emit.load_global(last);
        let is_same = self.emit.ins().icmp(IntCC::Equal, ty, before);
        self.emit.leave_if(is_same, outcome.yes);
        let depth = module.definitions[target as usize].depth;
        let ancestor = self.ancestor_at(defined, depth);
        let is_below = self.emit.ins().icmp(IntCC::Equal, ancestor, defined_wanted);
        let below = self.emit.builder.create_block();
        self.emit.ins().brif(is_below, below, &[], outcome.no, &[]);
        self.emit.continue_in(below);
        self.emit.store_global(last, ty);
        self.emit.ins().jump(outcome.yes, &[]);
    }

    /// The type at `depth` among the supertypes of `defined`, or `defined` if it is not deeper.
    fn ancestor_at(&mut self, defined: Value, depth: u32) -> Value {
        let [head, up, done] = [(); 3].map(|()| self.emit.builder.create_block());
        let at = self.emit.builder.append_block_param(head, POINTER);
        self.emit.ins().jump(head, &[defined.into()]);
        self.emit.builder.switch_to_block(head);
        let own = self.emit.depth_of_type(at);
        let deeper = self.emit.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, own, i64::from(depth));
        self.emit.ins().brif(deeper, up, &[], done, &[]);
        self.emit.continue_in(up);
        let parent = self.emit.parent_of_type(at);
        self.emit.ins().jump(head, &[parent.into()]);
        self.emit.builder.seal_block(head);
        self.emit.continue_in(done);
        at
    }

    /// Goes to `target` if `object` is a small integer, if the static type allows one.
    fn branch_on_small(&mut self, object: Value, from: RefType, target: Block) {
        if may_be_small(from) {
            let tag = self.emit.ins().band_imm_u(object, 1);
            self.emit.leave_if(tag, target);
        }
    }

    /// Goes to `target` if the object with the type `ty` at run time is one of the host's, which
    /// has none, if the static type allows one.
    fn leave_if_of_host(&mut self, ty: Value, from: RefType, target: Block) {
        if may_be_of_host(from) {
            let none = self.emit.ins().icmp_imm_u(IntCC::Equal, ty, 0);
            self.emit.leave_if(none, target);
        }
    }
}

fn may_be_small(ty: RefType) -> bool {
    use AbstractHeapType::{Any, Eq, I31};
    matches!(ty.heap_type(), HeapType::Abstract { ty: Any | Eq | I31, .. })
}

fn may_be_of_host(ty: RefType) -> bool {
    matches!(ty.heap_type(), HeapType::Abstract { ty: AbstractHeapType::Any, .. })
}
