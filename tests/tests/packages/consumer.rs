//! A program that has nothing but the published packages: it compiles a module, runs it in WAMR,
//! and prints the answer. `tests/scripts/crates.sh` builds it outside of the tree.

use std::error::Error;

use cwamrc::{Cpu, Options, Release};
use wamr_shim::{InstanceConfig, Runtime};

const MODULE: &str = r#"(module
    (memory 1)
    (func (export "sum") (param i32) (result i32)
        (local i32)
        (loop
            (i32.store (i32.const 8) (local.tee 1 (i32.add (local.get 1) (local.get 0))))
            (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (i32.load (i32.const 8))))"#;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::new().cpu(Cpu::host()?).release(Release::Main);
    let artifact = cwamrc::compile(&wat::parse_str(MODULE)?, &options)?;
    let module = Runtime::new()?.load(artifact.bytes())?;
    let instance = module.instantiate(&InstanceConfig::default())?;
    println!("{}", instance.call_typed::<_, i32>("sum", (100,))?);
    Ok(())
}
