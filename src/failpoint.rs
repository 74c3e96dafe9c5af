//! The places at which a test may end the program, or make the disk full: around every commit, and on both sides of every
//! request. With the feature `failpoints` off, which is how everyone but the tests builds it, nothing of this is left.
//!
//! A process under test is told by `BARNRAISER_TEST_KILL=POINT:N` to end itself with SIGKILL at the Nth pass through a
//! point (`any` counts them all), and by `BARNRAISER_TEST_PASSES` to name every point it passes on standard error. A test
//! in the same process gives the thread a `Watcher`.

/// Where in its work the program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Point {
    /// A batch is written and not committed. What kind of input it holds.
    BeforeCommit(&'static str),
    /// A batch is committed and nobody was answered.
    AfterCommit(&'static str),
    /// A claim is committed and nothing of the message has left.
    BeforeSending,
    /// The platform has answered and no receipt is taken in.
    AfterSending,
    /// A message is looked for.
    BeforeLookup,
    /// A lookup has its answer and no receipt is taken in.
    AfterLookup,
    /// Somebody acts and waits, and the platform does not know yet that they were noticed.
    BeforeAcknowledging,
    /// A platform has handed over what happened there, and none of it is taken in.
    BeforeHearing,
}

#[cfg(feature = "failpoints")]
pub use on::{Verdict, Watcher, name, pass, watch};

/// Nothing is there to stop at.
#[cfg(not(feature = "failpoints"))]
#[expect(clippy::unused_async, reason = "the same shape as with the feature")]
#[inline]
pub async fn pass(_: Point) -> Result<(), std::io::Error> {
    Ok(())
}

#[cfg(feature = "failpoints")]
mod on {
    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::io::Write as _;
    use std::sync::{Mutex, OnceLock};

    use super::Point;

    /// What happens at a point.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Verdict {
        GoOn,
        /// Whoever passes never goes on: the test drops everything.
        Stop,
        /// The disk is full here.
        FullDisk,
    }

    /// Decides at every point that this thread passes.
    pub type Watcher = Box<dyn FnMut(Point) -> Verdict>;

    thread_local! {
        static WATCHER: RefCell<Option<Watcher>> = const { RefCell::new(None) };
    }

    /// Sets this thread's watcher, or takes it away.
    pub fn watch(watcher: Option<Watcher>) {
        WATCHER.set(watcher);
    }

    /// Passes a point, unless a test has other plans.
    ///
    /// # Errors
    /// The test made the disk full.
    pub async fn pass(at: Point) -> Result<(), std::io::Error> {
        strike(at);
        let verdict = WATCHER.with_borrow_mut(|watcher| watcher.as_mut().map_or(Verdict::GoOn, |watcher| watcher(at)));
        match verdict {
            Verdict::GoOn => Ok(()),
            Verdict::Stop => std::future::pending().await,
            Verdict::FullDisk => Err(std::io::Error::from(std::io::ErrorKind::StorageFull)),
        }
    }

    /// A point's name, as `BARNRAISER_TEST_KILL` spells it.
    pub fn name(at: Point) -> String {
        match at {
            Point::BeforeCommit(of) => format!("before-commit-{of}"),
            Point::AfterCommit(of) => format!("after-commit-{of}"),
            Point::BeforeSending => "before-sending".to_owned(),
            Point::AfterSending => "after-sending".to_owned(),
            Point::BeforeLookup => "before-lookup".to_owned(),
            Point::AfterLookup => "after-lookup".to_owned(),
            Point::BeforeAcknowledging => "before-acknowledging".to_owned(),
            Point::BeforeHearing => "before-hearing".to_owned(),
        }
    }

    /// The point and pass at which this process has to die.
    fn sentence() -> Option<&'static (String, u64)> {
        static SENTENCE: OnceLock<Option<(String, u64)>> = OnceLock::new();
        let read = || {
            let text = std::env::var("BARNRAISER_TEST_KILL").ok()?;
            let (point, nth) = text.rsplit_once(':')?;
            Some((point.to_owned(), nth.parse().ok()?))
        };
        SENTENCE.get_or_init(read).as_ref()
    }

    /// Whether every pass is to be named.
    fn is_counted() -> bool {
        static COUNTED: OnceLock<bool> = OnceLock::new();
        *COUNTED.get_or_init(|| std::env::var_os("BARNRAISER_TEST_PASSES").is_some())
    }

    fn strike(at: Point) {
        static PASSED: OnceLock<Mutex<HashMap<String, u64>>> = OnceLock::new();
        if is_counted() {
            let _ = writeln!(std::io::stderr(), "passed {}", name(at));
        }
        let Some((point, nth)) = sentence() else { return };
        let name = name(at);
        let counted = if point == "any" { "any" } else { name.as_str() };
        let Ok(mut passed) = PASSED.get_or_init(Mutex::default).lock() else { return };
        let count = passed.entry(counted.to_owned()).or_default();
        *count += 1;
        if counted == point && *count == *nth {
            // The test that runs this process reads where it ended.
            let _ = writeln!(std::io::stderr(), "killed at {name}");
            let me = rustix::process::getpid();
            let _ = rustix::process::kill_process(me, rustix::process::Signal::KILL);
        }
    }
}
