//! Each fuzz target gets a second of inputs; `tests/fuzz` is for more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use cwamrc_tests::fuzzing::{BODIES, body};
use cwamrc_tests::random::Random;

/// How long each target runs. At least one round of its seeds is run in any case.
const TIME: Duration = Duration::from_secs(1);

/// Runs the body on its seeds, and on mutations of them while there is time.
fn smoke(name: &str) {
    let body = body(name);
    let seeds = (body.seeds)();
    assert!(!seeds.is_empty());
    let start = Instant::now();
    seeds.iter().for_each(|seed| (body.run)(seed));
    let mut random = Random::new(0xf022);
    let mut mutations = 0;
    while start.elapsed() < TIME {
        let mut input = seeds[random.below(seeds.len())].clone();
        mutate(&mut input, &mut random);
        (body.run)(&input);
        mutations += 1;
    }
    println!("{name}: {} seeds, {mutations} mutations", seeds.len());
}

/// A few changes as fuzzers make them: other bytes, bytes left out, bytes repeated.
fn mutate(input: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..1 + random.below(4) {
        let Some(last) = input.len().checked_sub(1) else { return };
        let place = random.below(last + 1);
        let end = (place + random.below(16)).min(last);
        match random.below(3) {
            0 => input[place] = random.next_u64() as u8,
            1 => drop(input.drain(place..end)),
            _ => input.extend_from_within(place..end),
        }
    }
}

#[test]
fn module() {
    smoke("module");
}

#[test]
fn generated() {
    smoke("generated");
}

#[test]
fn execute() {
    smoke("execute");
}

#[test]
fn container() {
    smoke("container");
}

#[test]
fn every_body_has_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let files = fs::read_dir(folder).expect("the folder is there");
    let targets: BTreeSet<_> = files
        .map(|file| file.expect("the folder can be read").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    let bodies = BODIES.iter().map(|body| body.name.to_owned()).collect();
    assert_eq!(targets, bodies);
}
