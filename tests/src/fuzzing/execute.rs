//! Modules that run: compiled code does what the interpreter does.

use std::thread;

use super::choice;
use crate::differential::check::{Judge, Ways, check_module};
use crate::differential::generate::{self, Style};
use crate::differential::kind::Proposals;
use crate::machine::Machine;
use crate::random::Random;

/// Deep recursion of unoptimised code needs much stack; pages are allocated only when they are
/// used.
const THREAD_STACK: usize = 512 << 20;

pub(super) fn run(data: &[u8]) {
    let (_, input) = choice::options(data);
    let seed = u64::from(data.first().copied().unwrap_or(0));
    let style = Style::choose(&mut Random::new(seed), Proposals::default());
    let Ok(prepared) = generate::from_bytes(input, style) else { return };
    let check = || {
        let judge = Judge::new(&[Machine::Here]).expect("WAMR can be set up");
        check_module(&judge, &prepared, seed, &Ways::Drawn(1))
    };
    let result = thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(THREAD_STACK).spawn_scoped(scope, check);
        thread.expect("a thread can be started").join().expect("the check does not panic")
    });
    if let Err(difference) = result {
        panic!("{difference}");
    }
}
