//! Code that counts instructions and gas, measures time, and can be stopped.

mod counts;
mod fuel;
mod gas;
mod interruption;
mod lengths;
mod names;
mod threads;
mod time;

use std::fmt::Debug;

use cwamrc::instrument::{Costs, Gas, Instrumentation};
use cwamrc::{BoundsChecks, OptLevel, Options, Release};
use cwamrc_tests::machine::{Build, Machine};
use wamr_shim::{HostFunc, Instance, InstanceConfig, Val};

/// A way to compile and run a module.
#[derive(Clone, Copy, Debug)]
struct Way {
    machine: Machine,
    level: OptLevel,
    checks: BoundsChecks,
}

/// All levels on this machine, two on others, with each kind of checks that the runtimes are built
/// for.
fn ways() -> Vec<Way> {
    let here = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3];
    let here = here.map(|level| (Machine::Here, level));
    let foreign = Machine::foreign().flat_map(|each| [(each, OptLevel::O0), (each, OptLevel::O3)]);
    let ways = here.into_iter().chain(foreign);
    let with_checks = |(machine, level)| {
        Build::checks().iter().map(move |&checks| Way { machine, level, checks })
    };
    ways.flat_map(with_checks).collect()
}

impl Way {
    fn options(self, instrumentation: &Instrumentation) -> Options {
        let options = self.machine.options().opt_level(self.level).bounds_checks(self.checks);
        options.release(Release::Main).instrumentation(instrumentation.clone())
    }

    fn instantiate(
        self,
        wat: &str,
        instrumentation: &Instrumentation,
        host: Vec<HostFunc>,
    ) -> Instance {
        let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}"));
        let artifact = cwamrc::compile(&wasm, &self.options(instrumentation));
        let artifact = artifact.unwrap_or_else(|error| panic!("{self:?}: {error}"));
        let runtime = self.machine.runtime();
        runtime.register_host_module("env", host).expect("the runtime takes the host functions");
        let module = runtime.load(artifact.bytes());
        let module = module.unwrap_or_else(|error| panic!("{self:?}: {error}"));
        module
            .instantiate(&InstanceConfig::default())
            .unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }
}

fn counter(instance: &Instance, name: &str) -> i64 {
    match instance.global(name) {
        Some(Val::I64(value)) => value,
        other => panic!("{name} is {other:?}"),
    }
}

/// Gas with these costs, and with a limit or without one.
fn gas(limit: impl Into<Option<u64>>, costs: &str) -> Instrumentation {
    let mut gas = Gas::new();
    gas.limit = limit.into();
    gas.costs = Costs::parse(costs).expect("the table is right");
    Instrumentation::new().gas(gas)
}

const OUT_OF_GAS: &str = "cost limit exceeded";

/// Calls `function`, for which there is not enough gas.
#[track_caller]
fn runs_out_of_gas(instance: &Instance, function: &str, arguments: &[Val], what: &dyn Debug) {
    let trap = instance.call(function, arguments).expect_err("there is not enough gas");
    assert_eq!(trap.message, OUT_OF_GAS, "{what:?}, {function}");
}
