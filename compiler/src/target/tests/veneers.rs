//! Calls across a text that is too long for a branch of 64-bit Arm.

use cranelift_codegen::binemit::Reloc;
use wamr_abi::helpers::Helper;

use crate::ErrorKind;
use crate::lower::{FuncId, WasmCallConv};
use crate::native::{Call, CompiledFunction, Image, Isas};
use crate::options::Options;
use crate::target::Architecture;

const MIB: usize = 1 << 20;
const HELPER: FuncId = FuncId::Helper(Helper::SetExceptionWithId);

/// A function of `size` bytes, all of them zeros except for a `bl` at each of `calls`.
fn function(index: u32, size: usize, calls: &[(usize, FuncId)]) -> CompiledFunction {
    let mut code = vec![0; size];
    for (offset, _) in calls {
        code[*offset..offset + 4].copy_from_slice(&0x9400_0000_u32.to_le_bytes());
    }
    let call = |&(offset, target): &(usize, FuncId)| Call {
        offset: offset as u32,
        kind: Reloc::Arm64Call,
        addend: 0,
        target,
    };
    let calls = calls.iter().map(call).collect();
    let id = FuncId::Function(index);
    CompiledFunction {
        id,
        code,
        calls,
        indirect_helpers: Vec::new(),
        handlers: Vec::new(),
        saved: Vec::new(),
        uses_simd: false,
        alignment: 4,
        frame_size: 0,
        unwinding: None,
        origins: Vec::new(),
        fast_path: false,
        listing: None,
    }
}

fn lay_out(functions: Vec<CompiledFunction>) -> Result<(Vec<u8>, Image), crate::Error> {
    let architecture = Architecture::Aarch64;
    let options = Options::new().architecture(architecture);
    let isas = Isas::new(&options, WasmCallConv::C, false).expect("the target is known");
    Image::lay_out(functions, &isas, architecture.target())
}

/// Executes instructions from `pc` until control reaches one of `ends`. Returns the number of
/// instructions and where control is. Encodings: Arm Architecture Reference Manual, chapter C6.
fn follow(text: &[u8], mut pc: u64, ends: &[u64]) -> (usize, u64) {
    let word = |at: u64| {
        let at = at as usize;
        u32::from_le_bytes(text[at..at + 4].try_into().expect("four bytes"))
    };
    let sign_extend =
        |value: u32, bits: u32| i64::from((value << (32 - bits)) as i32 >> (32 - bits));
    let mut registers = [None; 32];
    for steps in 0..10 {
        if steps > 0 && ends.contains(&pc) {
            return (steps, pc);
        }
        let instruction = word(pc);
        let (target, source) = ((instruction & 31) as usize, (instruction >> 5 & 31) as usize);
        let mut next = pc + 4;
        let mut result = None;
        match instruction >> 24 {
            // b and bl
            0x14..=0x17 | 0x94..=0x97 => {
                next = pc.wrapping_add_signed(4 * sign_extend(instruction & 0x03ff_ffff, 26));
            }
            // ldrsw, literal
            0x98 => {
                let offset = 4 * sign_extend(instruction >> 5 & 0x7_ffff, 19);
                result = Some(sign_extend(word(pc.wrapping_add_signed(offset)), 32) as u64);
            }
            // adr
            0x10 | 0x30 | 0x50 | 0x70 => {
                let offset = (instruction >> 5 & 0x7_ffff) << 2 | instruction >> 29 & 3;
                result = Some(pc.wrapping_add_signed(sign_extend(offset, 21)));
            }
            // add, shifted register, by nothing
            0x8b if instruction >> 10 & 0x3fff & !(31 << 6) == 0 => {
                let other: Option<u64> = registers[(instruction >> 16 & 31) as usize];
                result = registers[source].zip(other).map(|(a, b): (u64, u64)| a.wrapping_add(b));
            }
            // br
            0xd6 if instruction & !(31 << 5) == 0xd61f_0000 => {
                next = registers[source].expect("the register was written");
            }
            _ => panic!("{instruction:#x} at {pc:#x}"),
        }
        if let Some(result) = result {
            // Only these registers may change between a call and its arrival.
            assert!(matches!(target, 16 | 17), "x{target} is written at {pc:#x}");
            registers[target] = Some(result);
        }
        pc = next;
    }
    panic!("no end from {pc:#x}");
}

#[test]
fn calls_arrive_across_more_than_128_mib() {
    let [first, second, third, last] = [0, 1, 2, 3].map(FuncId::Function);
    // The sizes keep the third function's veneers from starting at a multiple of 16.
    let sizes = [64, 66 * MIB + 4, 66 * MIB, 64];
    let calls: [&[(usize, FuncId)]; 4] = [
        &[(0, HELPER), (4, last), (8, second), (12, third), (16, first), (20, HELPER)],
        &[(0, first), (4, last), (66 * MIB, HELPER)],
        &[(0, first), (8, HELPER), (65 * MIB, second), (66 * MIB - 4, first)],
        &[(0, first), (4, HELPER), (8, third)],
    ];
    let functions =
        (0..).zip(sizes).zip(calls).map(|((index, size), calls)| function(index, size, calls));
    let (text, image) = lay_out(functions.collect()).expect("it can be laid out");
    assert!(text.len() > 132 * MIB);

    let [relocation] = &image.relocations[..] else { panic!("one helper is called") };
    let stub = relocation.offset;
    let ends: Vec<u64> = image.places.values().map(|place| place.offset).collect();
    assert!(ends.iter().all(|end| end % 16 == 0), "{ends:x?}");
    // The stub comes before what the loader appends, and is unchanged.
    assert_eq!(text[stub as usize..][..4], [0, 0, 0, 0x14]);

    let mut beyond_reach = 0;
    for (index, calls) in (0..).zip(calls) {
        let start = image.places[&FuncId::Function(index)].offset;
        for (offset, callee) in calls {
            let expected = image.places[callee].offset;
            let site = start + *offset as u64;
            let (steps, end) = follow(&text, site, &ends);
            assert_eq!(end, expected, "the call of {callee} at {site:#x}");
            // The branch itself, and the four instructions of a veneer. A veneer may come before a
            // long function, before it is known that this is the callee.
            let reaches = expected.abs_diff(site) < 128 * MIB as u64;
            assert!(steps == 5 || reaches && steps == 1, "{callee} at {site:#x}: {steps}");
            beyond_reach += usize::from(!reaches);
        }
    }
    // Forward from the first function three times, and from the start of the second; backward from
    // the end of the third twice, and from the last.
    assert_eq!(beyond_reach, 7);
}

#[test]
fn a_text_that_no_branch_reaches_across_is_refused() {
    // The memory is never touched.
    let functions = (0..3).map(|index| function(index, 512 * MIB, &[])).collect();
    let error = lay_out(functions).err().expect("it is too long");
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains("1 GiB"), "{error}");
}
