//! Finds the loops of a lowered function from the layout of its blocks.
//!
//! With WebAssembly's structured control flow, the layout keeps the blocks of every loop together,
//! so no graph has to be searched. For any other IR, loops may come out larger than they are; users
//! of this module must still be correct then.

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{Block, BlockCall, Function, Inst};

/// The blocks that a block may branch to.
pub(super) fn destinations(func: &Function, block: Block) -> &[BlockCall] {
    func.layout.last_inst(block).map_or(&[], |branch| branch_destinations(func, branch))
}

/// The destinations of `branch`; none if it is not a branch.
pub(super) fn branch_destinations(func: &Function, branch: Inst) -> &[BlockCall] {
    let dfg = &func.dfg;
    dfg.insts[branch].branch_destination(&dfg.jump_tables, &dfg.exception_tables)
}

/// Loops as ranges of the layout: a backward branch makes a loop of all blocks from its target, the
/// header, to itself. Blocks are identified by their positions in the layout.
pub(super) struct Loops {
    /// By block: the header of the innermost loop around it.
    pub(super) innermost: Vec<Option<u32>>,
    /// By header: the last block of its loop.
    pub(super) end: Vec<Option<u32>>,
    /// By header: the header of the next loop around its own.
    pub(super) outer: Vec<Option<u32>>,
}

impl Loops {
    pub(super) fn of(func: &Function) -> Self {
        let end = loop_ends(func);
        let mut loops =
            Self { innermost: Vec::with_capacity(end.len()), outer: vec![None; end.len()], end };
        let mut open: Vec<u32> = Vec::new();
        for block in 0..loops.end.len() as u32 {
            while open.last().is_some_and(|&header| loops.end[header as usize] < Some(block)) {
                open.pop();
            }
            if loops.end[block as usize].is_some() {
                loops.outer[block as usize] = open.last().copied();
                open.push(block);
            }
            loops.innermost.push(open.last().copied());
        }
        loops
    }

    /// By block: the number of loops around it.
    pub(super) fn depths(&self) -> Vec<u32> {
        // A header comes after the headers of the loops around it.
        let mut depths = Vec::with_capacity(self.end.len());
        for (block, innermost) in (0..).zip(&self.innermost) {
            depths.push(match *innermost {
                Some(header) if header == block => {
                    1 + self.outer[block as usize].map_or(0, |outer| depths[outer as usize])
                }
                Some(header) => depths[header as usize],
                None => 0,
            });
        }
        depths
    }

    /// The maximum number of loops around a block.
    pub(super) fn depth(&self) -> u32 {
        self.depths().into_iter().max().unwrap_or(0)
    }
}

/// By block: the last block that branches back to it.
fn loop_ends(func: &Function) -> Vec<Option<u32>> {
    let mut positions: SecondaryMap<Block, u32> = SecondaryMap::new();
    let mut ends = Vec::new();
    for (block, position) in func.layout.blocks().zip(0..) {
        positions[block] = position;
        ends.push(None);
    }
    for (block, position) in func.layout.blocks().zip(0..) {
        for call in destinations(func, block) {
            let target = positions[call.block(&func.dfg.value_lists)];
            if target <= position {
                let end: &mut Option<u32> = &mut ends[target as usize];
                *end = (*end).max(Some(position));
            }
        }
    }
    ends
}

#[cfg(test)]
pub(super) mod tests {
    use cranelift_codegen::ir::Function;

    use super::Loops;

    fn depth(clif: &str) -> u32 {
        Loops::of(&function(clif)).depth()
    }

    /// Parses the function in `clif`.
    pub(in crate::native) fn function(clif: &str) -> Function {
        let functions = cranelift_reader::parse_functions(clif).expect("it is CLIF");
        functions.into_iter().next().expect("a function")
    }

    #[test]
    fn what_does_not_branch_back_has_no_loop() {
        let clif = "function u0:0(i32) {
            block0(v0: i32): brif v0, block1, block2
            block1: jump block2
            block2: return
        }";
        assert_eq!(depth(clif), 0);
    }

    #[test]
    fn a_block_that_branches_to_itself_is_a_loop() {
        let clif = "function u0:0(i32) {
            block0(v0: i32): brif v0, block0(v0), block1
            block1: return
        }";
        assert_eq!(depth(clif), 1);
    }

    #[test]
    fn loops_one_after_the_other_are_not_nested() {
        let clif = "function u0:0(i32) {
            block0(v0: i32): jump block1
            block1: brif v0, block1, block2
            block2: brif v0, block2, block3
            block3: return
        }";
        assert_eq!(depth(clif), 1);
    }

    #[test]
    fn loops_within_each_other_are_nested() {
        let clif = "function u0:0(i32) {
            block0(v0: i32): jump block1
            block1: jump block2
            block2: jump block3
            block3: brif v0, block3, block4
            block4: brif v0, block2, block5
            block5: brif v0, block1, block6
            block6: return
        }";
        assert_eq!(depth(clif), 3);
    }
}
