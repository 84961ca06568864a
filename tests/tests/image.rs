//! No machine code can raise SIGILL or SIGFPE, and no frame is large enough to skip the guard
//! pages. Checked for all goldens and the C programs, for all targets, in both modes.

use std::fs;

use cranelift_codegen::ir::Function;
use cwamrc::{Architecture, BoundsChecks, Listing, OptLevel, Options};
use cwamrc_tests::golden::goldens;
use cwamrc_tests::hazards;
use cwamrc_tests::programs::Inputs;

/// The one function in `text`.
fn read(text: &str) -> Function {
    let functions = cranelift_reader::parse_functions(text);
    let functions = functions.unwrap_or_else(|error| panic!("{error} in\n{text}"));
    let [function] = <[Function; 1]>::try_from(functions).expect("one function");
    function
}

fn check(name: &str, wasm: &[u8]) {
    for &architecture in Architecture::ALL {
        for checks in [BoundsChecks::Hardware, BoundsChecks::Software] {
            // The IR is the same at every level; the machine code is not.
            for level in [OptLevel::O0, OptLevel::O3] {
                let options = Options::new().architecture(architecture);
                check_with(name, wasm, &options.bounds_checks(checks).opt_level(level));
            }
        }
    }
}

fn check_with(name: &str, wasm: &[u8], options: &Options) {
    let listings = match cwamrc::list(wasm, options) {
        Ok(listings) => listings,
        Err(error) if error.message().contains("needs the feature v") => {
            let cpu = options.cpu.clone().with_features("+v").expect("the feature exists");
            return check_with(name, wasm, &options.clone().cpu(cpu));
        }
        // A module that is refused has no code. What is refused is checked in `targets`.
        Err(error) if error.message().contains("v128, which WAMR lacks") => return,
        Err(error) => panic!("{name}: {error}"),
    };
    let hazards: Vec<_> =
        listings.iter().flat_map(|listing| in_listing(listing, options)).collect();
    assert!(hazards.is_empty(), "{name}, {options:?}:\n{}", hazards.join("\n"));
}

fn in_listing(listing: &Listing, options: &Options) -> Vec<String> {
    let architecture = options.cpu.architecture();
    let guard_pages = options.bounds_checks == BoundsChecks::Hardware;
    let mut hazards = hazards::in_clif(&read(&listing.clif));
    let in_assembly = hazards::in_assembly(&listing.assembly, architecture, guard_pages);
    let name = |hazard| format!("{}: {hazard}", listing.symbol);
    hazards.extend(in_assembly.into_iter().map(name));
    if !guard_pages && listing.assembly.lines().any(|line| hazards::is_trap(line.trim())) {
        // What traps comes back there.
        hazards.push(format!("{}: a marker that is reached", listing.symbol));
    }
    hazards
}

#[test]
fn goldens_are_safe() {
    for golden in goldens() {
        check(&golden.name, &golden.wasm());
    }
}

#[test]
fn c_programs_are_safe() {
    let inputs = Inputs::prepare().expect("the programs are fetched and built");
    for name in ["lua", "lz4", "zstd", "integers-o0", "integers-o2", "floats-o2", "sha256-o2"] {
        let wasm = inputs.wasm(name).and_then(fs::read).expect("the program is there");
        check(name, &wasm);
    }
}

/// Code that the rules must reject, each with a word of the message.
const OFFENDERS: &[(&str, &str)] = &[
    (
        "block0(v0: i32, v1: i32):
             v2 = udiv v0, v1
             return",
        "udiv",
    ),
    (
        "block0(v0: i32, v1: i32):
             v2 = srem v0, v1
             return",
        "srem",
    ),
    // The test is of the wrong operand, or has the wrong sense.
    (
        "block0(v0: i32, v1: i32):
             brif v0, block1, block2
         block1:
             v2 = urem v0, v1
             return
         block2:
             return",
        "urem",
    ),
    (
        "block0(v0: i32, v1: i32):
             brif v1, block1, block2
         block1:
             return
         block2:
             v2 = urem v0, v1
             return",
        "urem",
    ),
    // Another way into the block.
    (
        "block0(v0: i32, v1: i32):
             brif v1, block1, block2
         block1:
             v2 = urem v0, v1
             return
         block2:
             jump block1",
        "urem",
    ),
    // Nothing checks whether the quotient overflows.
    (
        "block0(v0: i32, v1: i32):
             brif v1, block1, block2
         block1:
             v2 = sdiv v0, v1
             return
         block2:
             return",
        "sdiv",
    ),
    (
        "block0(v0: i32):
             v1 = iconst.i32 -1
             v2 = sdiv v0, v1
             return",
        "sdiv",
    ),
    (
        "block0(v0: i32):
             v1 = iconst.i32 0
             v2 = udiv v0, v1
             return",
        "udiv",
    ),
    (
        "block0(v0: i64, v1: i64):
             brif v1, block1, block2
         block1:
             v3 = iconst.i64 0x80000000
             v4 = icmp eq v0, v3
             v5 = iconst.i64 -1
             v6 = icmp eq v1, v5
             v7 = band v4, v6
             brif v7, block2, block3
         block2:
             return
         block3:
             v2 = sdiv v0, v1
             return",
        "sdiv",
    ),
    (
        "block0:
             trap user1",
        "trap",
    ),
    (
        "block0(v0: i32):
             trapnz v0, user1
             return",
        "trapnz",
    ),
    (
        "block0(v0: f64):
             v1 = fcvt_to_sint.i32 v0
             return",
        "fcvt_to_sint",
    ),
    (
        "block0(v0: i32):
             v1 = uadd_overflow_trap v0, v0, user1
             return",
        "uadd_overflow_trap",
    ),
    // A call of a function that returns.
    (
        "fn0 = colocated u0:1 (i64) system_v
         block0(v0: i64):
             call fn0(v0)
             trap user1",
        "trap",
    ),
];

#[test]
fn offenders_are_found_in_the_ir() {
    for (body, word) in OFFENDERS {
        let function = read(&format!("function u0:0(i64) system_v {{\n{body}\n}}"));
        let hazards = hazards::in_clif(&function);
        assert!(hazards.iter().any(|hazard| hazard.contains(word)), "{hazards:?} in\n{body}");
    }
}

/// The same for machine code.
const MACHINE_OFFENDERS: &[(Architecture, &str)] = &[
    (Architecture::X86_64, "block0:\n  ud2"),
    (
        Architecture::X86_64,
        "block0:
         call    function(1)
         ud2",
    ),
    (Architecture::X86_64, "block0:\n  jo #trap=int_ovf"),
    (
        Architecture::X86_64,
        "subq $0x1008, %rsp
         block0:
         retq",
    ),
    (
        Architecture::X86_64,
        "subq $0x1000, %rsp
         movl $0x0, (%rsp)
         addq $0x1000, %rsp
         subq $0x2010, %rsp
         block0:",
    ),
    (
        Architecture::X86_64,
        "stack_probe_loop %r11, frame_size=65536, guard_size=4096
         subq $0x11010, %rsp
         block0:",
    ),
    (Architecture::X86_64, "leaq -0x2000(%rsp), %rsp\nblock0:"),
    (Architecture::Aarch64, "block0:\n  udf #0xc11f"),
    (
        Architecture::Aarch64,
        "block0:
         bl function(1)
         udf #0xc11f",
    ),
    (Architecture::Aarch64, "block0:\n  cbz w2, #trap=stk_ovf"),
    (Architecture::Aarch64, "sub sp, sp, #4112\nblock0:"),
    (
        Architecture::Aarch64,
        "sub sp, sp, #4096
         str wzr, [sp]
         add sp, sp, #4096
         movz x16, #8208
         sub sp, sp, x16, UXTX
         block0:",
    ),
    (
        Architecture::Aarch64,
        "movz x16, #0
         movz x17, #1, LSL #16
         stack_probe_loop x16, x17, #4096
         movz x16, #4112
         movk x16, x16, #1, LSL #16
         sub sp, sp, x16, UXTX
         block0:",
    ),
    (Architecture::Aarch64, "mov sp, x3\nblock0:"),
    (Architecture::Riscv64, "block0:\n  udf##trap_code=user1"),
    (
        Architecture::Riscv64,
        "block0:
         call body(1)
         udf##trap_code=user1",
    ),
    (Architecture::Riscv64, "block0:\n  trap_if stk_ovf##(a0 ult a1)"),
    (
        Architecture::Riscv64,
        "mv fp,sp
         lui t6,-1
         addi t6,t6,-16
         add sp,sp,t6
         block0:",
    ),
    (
        Architecture::Riscv64,
        "mv fp,sp
         inline_stack_probe##guard_size=4096 probe_count=4 tmp=t3
         lui t6,-5
         addi t6,t6,-16
         add sp,sp,t6
         block0:",
    ),
    (Architecture::Riscv64, "sub sp,sp,a0\nblock0:"),
];

#[test]
fn offenders_are_found_in_machine_code() {
    for &(architecture, assembly) in MACHINE_OFFENDERS {
        let hazards = hazards::in_assembly(assembly, architecture, true);
        assert!(!hazards.is_empty(), "nothing in\n{assembly}");
    }
}
