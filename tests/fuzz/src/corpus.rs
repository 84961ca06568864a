//! Writes the inputs that each fuzz target starts from, to `corpus/TARGET` in the current folder.

use std::{fs, io};

use cwamrc_tests::fuzzing::BODIES;

fn main() -> io::Result<()> {
    for body in BODIES {
        let folder = format!("corpus/{}", body.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (body.seeds)().into_iter().enumerate() {
            fs::write(format!("{folder}/seed-{number}"), seed)?;
        }
    }
    Ok(())
}
