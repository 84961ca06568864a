//! What Cranelift adds to a function: traps of its own, and the prologue that sets up the frame.
//!
//! The disassembly is Cranelift's. A line of a prologue that changes the stack pointer in an
//! unknown way is a hazard, so that no frame is considered safe without being understood.

use cwamrc::Architecture;

/// The largest frame that may be set up without touching its pages: the size of a page.
const PAGE: u64 = 4096;

/// What could go wrong in the disassembly of a function for `architecture`, one line for each
/// place. `guard_pages` says whether faults detect the end of the stack instead of checks.
pub fn in_assembly(assembly: &str, architecture: Architecture, guard_pages: bool) -> Vec<String> {
    let mut hazards = Vec::new();
    let mut previous = "";
    let instructions = assembly.lines().map(str::trim).filter(|line| !line.ends_with(':'));
    for line in instructions {
        if is_trap(line) && !previous.contains("trap_thunk(") {
            hazards.push(format!("{line}, after {previous}"));
        }
        if own_trap(line).is_some_and(|code| !may_trap(code, architecture)) {
            hazards.push(line.to_owned());
        }
        previous = line;
    }
    if guard_pages {
        hazards.extend(unprobed_frame(assembly, architecture));
    }
    hazards
}

/// Whether the instruction always traps.
pub fn is_trap(line: &str) -> bool {
    ["ud2", "udf", "ebreak", "brk", "hlt", "int3"].iter().any(|trap| line.starts_with(trap))
}

/// The code of a trap that Cranelift tests for.
fn own_trap(line: &str) -> Option<&str> {
    let code = line.strip_prefix("trap_if ").or_else(|| line.split("#trap=").nth(1))?;
    code.split(|c: char| c != '_' && !c.is_alphanumeric()).next()
}

/// On machines whose division does not trap by itself for overflow as well, Cranelift tests the
/// operands of a division once more after lowering did.
fn may_trap(code: &str, architecture: Architecture) -> bool {
    code == "int_divz" || code == "int_ovf" && architecture != Architecture::X86_64
}

/// The instruction that sets up a frame without having touched each of its pages, or that is not
/// understood.
fn unprobed_frame(assembly: &str, architecture: Architecture) -> Option<String> {
    let step = match architecture {
        Architecture::X86_64 => x86_64,
        Architecture::Aarch64 => aarch64,
        Architecture::Riscv64 => riscv64,
        _ => return Some(format!("prologues for {architecture} are not understood")),
    };
    let mut prologue = Prologue::default();
    let lines = assembly.lines().map(str::trim).take_while(|line| *line != "block0:");
    for line in lines {
        if step(&mut prologue, line).is_none() || prologue.depth > prologue.touched + PAGE {
            return Some(line.to_owned());
        }
    }
    None
}

/// The stack pointer and the touched memory, in bytes below the frame pointer, and the scratch
/// registers that contain large numbers.
#[derive(Default)]
struct Prologue {
    depth: u64,
    touched: u64,
    scratch: Vec<(String, i64)>,
}

impl Prologue {
    /// Moves the stack pointer, but not above where it was at the start.
    fn move_by(&mut self, bytes: i64) -> Option<()> {
        self.depth = self.depth.checked_add_signed(-bytes)?;
        Some(())
    }

    fn touch(&mut self, depth: u64) -> Option<()> {
        self.touched = self.touched.max(depth);
        Some(())
    }

    fn set(&mut self, register: &str, value: i64) -> Option<()> {
        self.scratch.retain(|(name, _)| name != register);
        self.scratch.push((register.to_owned(), value));
        Some(())
    }

    fn get(&self, register: &str) -> Option<i64> {
        self.scratch.iter().find(|(name, _)| name == register).map(|(_, value)| *value)
    }
}

/// Mnemonic and operands, which are separated by commas or spaces.
fn words(line: &str) -> Vec<&str> {
    line.split([' ', ',', '\t']).filter(|word| !word.is_empty()).collect()
}

fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['$', '#']).unwrap_or(text);
    match digits.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}

fn x86_64(prologue: &mut Prologue, line: &str) -> Option<()> {
    match *words(line).as_slice() {
        ["pushq", "%rbp"] | ["movq", "%rsp", "%rbp"] => Some(()),
        ["subq", bytes, "%rsp"] => prologue.move_by(-number(bytes)?),
        ["addq", bytes, "%rsp"] => prologue.move_by(number(bytes)?),
        ["movl", "$0x0", "(%rsp)"] => prologue.touch(prologue.depth),
        ["stack_probe_loop", _, frame, "guard_size=4096"] => {
            let bytes = frame.strip_prefix("frame_size=")?.parse().ok()?;
            prologue.touch(bytes)
        }
        // Saving a callee-saved register, and moving the return address when a tail call needs more
        // room for arguments than the function's caller provided.
        ["movq" | "movdqu" | "vmovdqu", from, to] => {
            let saved = from.starts_with('%') && to.ends_with("(%rsp)");
            let moved = from.ends_with("(%rsp)") && to == "%r11";
            (saved || moved).then_some(())
        }
        _ => None,
    }
}

fn aarch64(prologue: &mut Prologue, line: &str) -> Option<()> {
    match *words(line).as_slice() {
        ["mov", "fp", "sp"] => Some(()),
        // The return address and the frame pointer; the depth counts from there.
        ["stp", "fp", "lr", "[sp", "#-16]!"] => Some(()),
        // Moving them when a tail call needs more room for arguments than the function's caller
        // provided.
        ["ldr", "fp", "[sp", _] | ["stp", "fp", "lr", "[sp]"] => Some(()),
        ["stp", _, _, "[sp", "#-16]!"] | ["str", _, "[sp", "#-16]!"] => {
            prologue.move_by(-16)?;
            prologue.touch(prologue.depth)
        }
        ["str", "wzr", "[sp]"] => prologue.touch(prologue.depth),
        ["sub", "sp", "sp", register, "UXTX"] => prologue.move_by(-prologue.get(register)?),
        ["sub", "sp", "sp", bytes] => prologue.move_by(-number(bytes)?),
        ["add", "sp", "sp", bytes] => prologue.move_by(number(bytes)?),
        ["movz", register, value] => prologue.set(register, number(value)?),
        ["movz", register, value, "LSL", "#16"] => prologue.set(register, number(value)? << 16),
        ["movk", register, _, value, "LSL", "#16"] | ["movk", register, value, "LSL", "#16"] => {
            let low = prologue.get(register)? & 0xffff;
            prologue.set(register, low | number(value)? << 16)
        }
        ["orr", register, "xzr", value] => prologue.set(register, number(value)?),
        // It counts from 0 to a number of bytes.
        ["stack_probe_loop", _, end, "#4096"] => {
            let end = u64::try_from(prologue.get(end)?).ok()?;
            prologue.touch(prologue.depth + end)
        }
        _ => None,
    }
}

fn riscv64(prologue: &mut Prologue, line: &str) -> Option<()> {
    match *words(line).as_slice() {
        ["addi", "sp", "sp", bytes] => prologue.move_by(number(bytes)?),
        ["add", "sp", "sp", register] => prologue.move_by(prologue.get(register)?),
        ["mv", "fp", "sp"] => {
            // The return address and the frame pointer are stored: the depth counts from here.
            prologue.depth = 0;
            Some(())
        }
        ["lui", register, value] => prologue.set(register, number(value)? << 12),
        ["addi" | "addiw", register, source, value] if register != "sp" => {
            prologue.set(register, prologue.get(source)? + number(value)?)
        }
        ["sw", "zero", "0(sp)"] => prologue.touch(prologue.depth),
        ["sd" | "fsd", _, place] => place.ends_with("(sp)").then_some(()),
        ["inline_stack_probe##guard_size=4096", count, _] => {
            let count: u64 = count.strip_prefix("probe_count=")?.parse().ok()?;
            prologue.touch(prologue.depth + count * PAGE)
        }
        _ => None,
    }
}
