//! Judges measurements of one shape at several sizes: by how fast they grow, and by comparison with
//! a plain module.

/// How many times the work for a plain module of its size a module may take. Shapes that only have
/// more code for each byte take up to seven times as much.
pub const MOST_TIMES: f64 = 12.0;

/// The largest exponent of growth that still passes for n·log n. A step that is quadratic has 2 once
/// it dominates.
pub const MOST_EXPONENT: f64 = 1.35;

/// The fault of work that grows too fast.
pub const GROWTH_OF_WORK: &str = "growth of work";

/// The fault of memory that grows too fast.
pub const GROWTH_OF_MEMORY: &str = "growth of memory";

/// What a small module may take in any case.
const LEAST_MIB: u64 = 512;

/// The most memory for each MiB of wasm.
const MIB_PER_MIB: u64 = 1024;

/// Part of the work for a plain module below which growth says nothing: what every module takes once
/// is then most of it.
const LEAST_PART: f64 = 0.25;

/// A measurement of a module.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Bytes of the module.
    pub bytes: u64,
    /// Instructions or nanoseconds, without those for an empty module.
    pub work: u64,
    /// The peak of memory, and how much of it was there before.
    pub peak_kib: u64,
    /// Memory that was in use before the work began.
    pub base_kib: u64,
    /// Whether the module was refused because of a limit. The work then says nothing about growth.
    pub refused: bool,
}

impl Point {
    fn memory(&self) -> u64 {
        self.peak_kib.saturating_sub(self.base_kib)
    }
}

/// Exponents of growth: 1 if twice the bytes take twice as much. None where too little was taken, or
/// too few modules were compiled.
#[derive(Clone, Copy, Debug, Default)]
pub struct Growth {
    /// That of work.
    pub work: Option<f64>,
    /// That of memory.
    pub memory: Option<f64>,
}

/// What measurements show.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The most work, compared with that for a plain module of the same size.
    pub times: f64,
    /// How work and memory grow.
    pub growth: Growth,
    /// What is out of proportion.
    pub faults: Vec<&'static str>,
}

/// Judges measurements of a shape, from small to large, and measurements of several such modules in
/// one, against that of a plain module.
pub fn judge(points: &[Point], copies: &[Point], plain: &Point) -> Verdict {
    let all = || points.iter().chain(copies);
    let times = all().map(|point| point.work as f64 / fair(point.bytes, plain));
    let times = times.fold(0.0, f64::max);
    let growth = growth(points, plain);
    let mut faults = Vec::new();
    if times > MOST_TIMES {
        faults.push("work");
    }
    if all().any(|point| point.peak_kib > most_kib(point.bytes)) {
        faults.push("memory");
    }
    if growth.work.is_some_and(|exponent| exponent > MOST_EXPONENT) {
        faults.push(GROWTH_OF_WORK);
    }
    if growth.memory.is_some_and(|exponent| exponent > MOST_EXPONENT) {
        faults.push(GROWTH_OF_MEMORY);
    }
    Verdict { times, growth, faults }
}

/// The work for a plain module of so many bytes; a module is not so small that what every module
/// takes would count.
fn fair(bytes: u64, plain: &Point) -> f64 {
    plain.work as f64 * bytes.max(plain.bytes) as f64 / plain.bytes as f64
}

fn most_kib(bytes: u64) -> u64 {
    (bytes * MIB_PER_MIB / 1024).max(LEAST_MIB * 1024)
}

fn growth(points: &[Point], plain: &Point) -> Growth {
    let compiled: Vec<&Point> = points.iter().filter(|point| !point.refused).collect();
    let [first, .., last] = compiled[..] else { return Growth::default() };
    let sizes = (last.bytes as f64 / first.bytes as f64).ln();
    let exponent = |amount: &dyn Fn(&Point) -> u64, least: f64| {
        let (small, large) = (amount(first).max(1) as f64, amount(last) as f64);
        (large > least).then(|| (large / small).ln() / sizes)
    };
    Growth {
        work: exponent(&|point| point.work, LEAST_PART * plain.work as f64),
        memory: exponent(&Point::memory, plain.memory() as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::{Point, judge};

    const PLAIN: Point =
        Point { bytes: 1_000, work: 1_000_000, peak_kib: 20_000, base_kib: 10_000, refused: false };

    /// A point of a shape; work and memory are compared with those of the plain module.
    fn point(bytes: u64, times: f64, memory: f64) -> Point {
        let work = (times * PLAIN.work as f64) as u64;
        let peak_kib = PLAIN.base_kib + (memory * 10_000.0) as u64;
        Point { bytes, work, peak_kib, ..PLAIN }
    }

    fn faults(points: &[Point]) -> Vec<&'static str> {
        judge(points, &[], &PLAIN).faults
    }

    #[test]
    fn what_is_in_proportion_passes() {
        assert!(faults(&[point(1_000, 3.0, 2.0), point(4_000, 12.0, 8.0)]).is_empty());
        assert!(faults(&[PLAIN]).is_empty());
    }

    #[test]
    fn too_much_work_fails_at_any_size() {
        assert_eq!(faults(&[point(1_000, 13.0, 1.0), point(4_000, 1.0, 1.0)]), ["work"]);
        assert_eq!(faults(&[point(4_000, 49.0, 1.0)]), ["work"]);
        assert!(faults(&[point(4_000, 47.0, 1.0)]).is_empty());
    }

    #[test]
    fn too_much_work_for_copies_fails() {
        let points = [point(1_000, 1.0, 1.0), point(4_000, 4.0, 4.0)];
        assert_eq!(judge(&points, &[point(1_000, 13.0, 1.0)], &PLAIN).faults, ["work"]);
        assert!(judge(&points, &[point(1_000, 11.0, 1.0)], &PLAIN).faults.is_empty());
    }

    #[test]
    fn work_that_grows_too_fast_fails_before_it_is_too_much() {
        let quadratic = [point(1_000, 0.5, 1.0), point(4_000, 8.0, 4.0)];
        assert_eq!(faults(&quadratic), ["growth of work"]);
        let n_log_n = [point(1_000, 0.5, 1.0), point(4_000, 2.4, 4.0)];
        assert!(faults(&n_log_n).is_empty());
    }

    #[test]
    fn memory_that_grows_too_fast_fails() {
        let quadratic = [point(1_000, 1.0, 1.0), point(4_000, 4.0, 16.0)];
        assert_eq!(faults(&quadratic), ["growth of memory"]);
    }

    #[test]
    fn too_much_memory_fails() {
        assert_eq!(faults(&[point(1_000, 1.0, 60.0)]), ["memory"]);
    }

    #[test]
    fn what_is_refused_does_not_grow() {
        let refused = Point { refused: true, ..point(4_000, 8.0, 16.0) };
        assert!(faults(&[point(1_000, 0.5, 1.0), refused]).is_empty());
        let refused = Point { refused: true, ..point(4_000, 49.0, 16.0) };
        assert_eq!(faults(&[point(1_000, 0.5, 1.0), refused]), ["work"]);
    }
}
