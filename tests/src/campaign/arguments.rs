//! The command line of the program `fuzz`.

use std::path::PathBuf;
use std::time::Duration;

use cwamrc::Architecture;

use crate::machine::{Build, Collection, Machine};
use crate::tree;

/// The usage of the command line.
pub(super) const USAGE: &str = "\
usage: fuzz [--hours=N | --minutes=N | --modules=N] [--seed=N] [--jobs=N] [--ways=N]
            [--targets=here,aarch64,riscv64] [--folder=FOLDER] [--gc]
       fuzz --module=FILE --options=FILE [--seed=N] [--targets=NAME] [--gc]
--gc: modules with garbage collection, in runtimes that have it";

/// What a campaign should do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The duration of the campaign. Without it, it runs until `modules` are done, or forever.
    pub time: Option<Duration>,
    /// How many modules to compare.
    pub modules: Option<u64>,
    /// The first seed. By default, the next one of the last campaign in the folder.
    pub seed: Option<u64>,
    /// Workers at the same time.
    pub jobs: usize,
    /// How often each module is compiled for each machine.
    pub ways: usize,
    /// Where compiled code runs.
    pub machines: Vec<Machine>,
    /// The folder for state and findings.
    pub folder: PathBuf,
    /// A single module, with the file of its options.
    pub(super) module: Option<PathBuf>,
    pub(super) options: Option<PathBuf>,
    /// Whether this is a worker of a campaign.
    pub(super) worker: bool,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            time: None,
            modules: None,
            seed: None,
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            ways: 1,
            machines: [Machine::Here].into_iter().chain(Machine::foreign()).collect(),
            folder: tree::root().join("target/fuzz"),
            module: None,
            options: None,
            worker: false,
        }
    }
}

impl Request {
    /// Reads a command line, without the name of the program.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut request = Self::default();
        let mut collects = false;
        for argument in arguments {
            let (name, value) = argument.split_once('=').unwrap_or((&argument, ""));
            let bad = || format!("{argument}: not understood");
            let number = || value.parse::<u64>().map_err(|_| bad());
            let minutes = |factor: f64| {
                let count: f64 = value.parse().map_err(|_| bad())?;
                Duration::try_from_secs_f64(count * factor).map_err(|_| bad())
            };
            match name {
                "--hours" => request.time = Some(minutes(3600.0)?),
                "--minutes" => request.time = Some(minutes(60.0)?),
                "--modules" => request.modules = Some(number()?),
                "--seed" => request.seed = Some(number()?),
                "--jobs" => request.jobs = number()?.max(1) as usize,
                "--ways" => request.ways = number()? as usize,
                "--folder" => request.folder = value.into(),
                "--targets" => {
                    let machines = value.split(',').map(|name| machine(name).ok_or_else(bad));
                    request.machines = machines.collect::<Result<_, _>>()?;
                }
                "--module" => request.module = Some(value.into()),
                "--options" => request.options = Some(value.into()),
                "--gc" => collects = true,
                "--worker" => request.worker = true,
                _ => return Err(bad()),
            }
        }
        if collects {
            let wanted = std::mem::take(&mut request.machines);
            let wanted: Vec<&str> = wanted.into_iter().map(target_name).collect();
            let is_wanted = |each: &Machine| wanted.contains(&target_name(*each));
            request.machines = Machine::collecting().filter(is_wanted).collect();
        }
        if request.module.is_some() != request.options.is_some() {
            return Err("--module and --options come together".to_owned());
        }
        Ok(request)
    }

    /// The arguments of a worker that handles `modules` seeds, starting with `seed`.
    pub(super) fn worker_arguments(&self, seed: u64, modules: u64) -> Vec<String> {
        let mut targets: Vec<&str> =
            self.machines.iter().map(|&machine| target_name(machine)).collect();
        // Several runtimes with garbage collection may have the same name.
        targets.dedup();
        let mut arguments = vec![
            "--worker".to_owned(),
            format!("--seed={seed}"),
            format!("--modules={modules}"),
            format!("--ways={}", self.ways),
            format!("--targets={}", targets.join(",")),
            format!("--folder={}", self.folder.display()),
        ];
        let collects = self.machines.iter().any(|machine| machine.collects());
        arguments.extend(collects.then(|| "--gc".to_owned()));
        arguments.extend(self.time.map(|time| format!("--minutes={}", time.as_secs_f64() / 60.0)));
        arguments
    }
}

fn target_name(machine: Machine) -> &'static str {
    match machine {
        Machine::Runner { architecture, .. } if machine.is_foreign() => architecture.name(),
        _ => "here",
    }
}

fn machine(name: &str) -> Option<Machine> {
    if name == "here" {
        return Some(Machine::Here);
    }
    let known = Architecture::ALL.iter().find(|architecture| architecture.name() == name);
    known.map(|&architecture| Machine::Runner {
        architecture,
        guard_pages: Build::has_guard_pages(),
        sanitized: false,
        collection: Collection::None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Request, String> {
        Request::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn command_lines() {
        let request = parse("--hours=1.5 --seed=7 --jobs=3 --targets=here,riscv64").unwrap();
        assert_eq!(request.time, Some(Duration::from_secs(5400)));
        assert_eq!((request.seed, request.jobs, request.machines.len()), (Some(7), 3, 2));
        let worker = Request::parse(request.worker_arguments(9, 20).into_iter()).unwrap();
        assert!(worker.worker);
        assert_eq!((worker.seed, worker.modules, worker.time), (Some(9), Some(20), request.time));
        assert_eq!(worker.machines, request.machines);
        let request = parse("--gc --targets=here,riscv64").unwrap();
        assert!(request.machines.iter().all(|machine| machine.collects()));
        assert_eq!(request.machines.len(), 3);
        let worker = Request::parse(request.worker_arguments(9, 20).into_iter()).unwrap();
        assert_eq!(worker.machines, request.machines);
        for wrong in ["--hours=x", "--hours=-1", "--targets=vax", "--module=a", "hours", "--seed"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
