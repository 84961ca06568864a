//! Tells a process that hangs from one that the machine leaves no time for: a campaign may run at the lowest
//! priority, beside other work.
//!
//! Reads Linux's `/proc`. A process that has ended counts as idle.

use std::fs;
use std::time::Duration;

/// What a process and its descendants have done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Activity {
    /// Clock ticks of all processors that it used.
    ticks: u64,
    /// Whether one of its threads could have gone on.
    runnable: bool,
}

/// Clock ticks in a second, as Linux reports them to programs on every machine (`USER_HZ`).
const TICKS_PER_SECOND: u64 = 100;

impl Activity {
    /// Of the process `process`.
    pub(super) fn of(process: u32) -> Self {
        let mut all = Self::default();
        let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return all };
        for thread in threads.flatten() {
            let folder = thread.path();
            let stat = fs::read_to_string(folder.join("stat")).unwrap_or_default();
            let (ticks, runnable) = parse(&stat).unwrap_or_default();
            all.ticks += ticks;
            all.runnable |= runnable;
            let children = fs::read_to_string(folder.join("children")).unwrap_or_default();
            for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
                let child = Self::of(child);
                all.ticks += child.ticks;
                all.runnable |= child.runnable;
            }
        }
        all
    }

    /// Whether the process waited for a processor most of `time`, the time since `earlier`.
    pub(super) fn starved_since(self, earlier: Self, time: Duration) -> bool {
        let used = self.ticks.saturating_sub(earlier.ticks);
        self.runnable && used < time.as_secs() * TICKS_PER_SECOND / 2
    }
}

/// The ticks that a thread used, and whether it can run, from a line of `/proc/*/task/*/stat`.
fn parse(stat: &str) -> Option<(u64, bool)> {
    // The second field is a name in parentheses, which may contain anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    // `proc(5)`: the third field is the state, the fourteenth and fifteenth are `utime` and `stime`.
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some((ticks, fields[0] == "R"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_linux_is_read() {
        let line = "77 (a) R b) S 1 77 77 0 -1 4194304 9 0 0 0 250 50 0 0 20 0 1 0 5 6 7";
        assert_eq!(parse(line), Some((300, false)));
        let line = "77 (fuzz) R 1 77 77 0 -1 4194304 9 0 0 0 1 2 0 0 20 0 1 0 5 6 7";
        assert_eq!(parse(line), Some((3, true)));
        assert_eq!(parse(""), None);
    }

    #[test]
    fn only_who_could_run_and_did_not_is_starved() {
        let time = Duration::from_secs(10);
        let earlier = Activity { ticks: 50, runnable: true };
        let now = |ticks, runnable| Activity { ticks, runnable };
        assert!(now(60, true).starved_since(earlier, time));
        // It runs all the time, or waits for something that does not come: it hangs.
        assert!(!now(1050, true).starved_since(earlier, time));
        assert!(!now(50, false).starved_since(earlier, time));
    }

    #[test]
    fn this_process_is_found() {
        let start = std::time::Instant::now();
        while start.elapsed() < Duration::from_millis(50) {}
        let activity = Activity::of(std::process::id());
        assert!(activity.runnable && activity.ticks > 0, "{activity:?}");
    }
}
