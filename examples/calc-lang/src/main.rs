//! `calc-lang [--time]`: reads lines and answers them. With `--time`, prints how long each took.

use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;

use calc_lang::{Answer, Session, Timing};

fn main() -> ExitCode {
    let shows_time = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--time" => true,
        _ => {
            eprintln!("usage: calc-lang [--time]");
            return ExitCode::from(2);
        }
    };
    match converse(shows_time) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn converse(shows_time: bool) -> Result<(), String> {
    let mut session = Session::new()?;
    let is_conversation = io::stdin().is_terminal();
    let mut lines = io::stdin().lock().lines();
    loop {
        if is_conversation {
            answer("> ")?;
        }
        let Some(line) = lines.next() else { return Ok(()) };
        let line = line.map_err(|error| error.to_string())?;
        if line.trim().is_empty() {
            continue;
        }
        match session.enter(&line) {
            Ok(Answer::Value(value, timing)) => {
                answer(&format!("{value}\n"))?;
                if shows_time {
                    answer(&describe(timing))?;
                }
            }
            Ok(Answer::Defined(name)) => answer(&format!("defined {name}\n"))?,
            Ok(_) => {}
            Err(error) => answer(&format!("error: {error}\n"))?,
        }
    }
}

fn describe(Timing { compile, load, run, .. }: Timing) -> String {
    format!("  compiled in {compile:.1?}, loaded in {load:.1?}, ran for {run:.1?}\n")
}

fn answer(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| error.to_string())
}
