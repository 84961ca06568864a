//! `closure-lang`: reads a program from standard input, and prints its value.

use std::io::Read;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut program = String::new();
    let result = match std::io::stdin().read_to_string(&mut program) {
        Ok(_) => closure_lang::run(&program),
        Err(error) => Err(error.to_string()),
    };
    match result {
        Ok(value) => {
            println!("{value}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
