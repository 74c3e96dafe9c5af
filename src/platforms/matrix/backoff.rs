//! How long to wait before trying again: longer each time, up to a limit, and never all bots at the same moment.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::trouble::Trouble;

/// The first pause, at most.
const FIRST: Duration = Duration::from_millis(500);
/// The longest pause, at most.
const LONGEST: Duration = Duration::from_secs(60);

/// Pauses that double, each shortened by up to a half by chance.
#[derive(Debug, Clone, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after one more failure.
    pub(super) fn next(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let [chance] = random_bytes();
        whole.mul_f64(0.5 + f64::from(chance) / 512.0)
    }

    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// Things to try again, each with pauses of its own.
#[derive(Debug)]
pub(super) struct Patience<K> {
    waiting: HashMap<K, (Backoff, Instant)>,
}

impl<K: Hash + Eq> Patience<K> {
    pub(super) fn new() -> Self {
        Patience { waiting: HashMap::new() }
    }

    /// May this be tried now?
    pub(super) fn allows(&self, what: &K) -> bool {
        self.waiting.get(what).is_none_or(|(_, from)| *from <= Instant::now())
    }

    pub(super) fn failed(&mut self, what: K) {
        let (backoff, from) = self.waiting.entry(what).or_insert_with(|| (Backoff::default(), Instant::now()));
        *from = Instant::now() + backoff.next();
    }

    pub(super) fn settled(&mut self, what: &K) {
        self.waiting.remove(what);
    }

    /// Forgets what is there no more: nothing waits for it, and nobody is to be woken.
    pub(super) fn retain(&mut self, is_there: impl Fn(&K) -> bool) {
        self.waiting.retain(|what, _| is_there(what));
    }

    /// How long until this may be tried; nothing if it may be now.
    pub(super) fn until(&self, what: &K) -> Duration {
        self.waiting.get(what).map_or(Duration::ZERO, |(_, from)| from.saturating_duration_since(Instant::now()))
    }

    /// How long until the next of them may be tried; `None` if nothing waits.
    pub(super) fn until_next(&self) -> Option<Duration> {
        self.waiting.values().map(|(_, from)| from.saturating_duration_since(Instant::now())).min()
    }
}

/// Why [`patiently`] gave up.
pub(super) enum Failed {
    Trouble(Trouble),
    Cancelled,
}

/// Tries until it works, is refused, or the bot is told to stop.
pub(super) async fn patiently<T, E, F, R>(shutdown: &CancellationToken, mut attempt: F) -> Result<T, Failed>
where
    F: FnMut() -> R,
    R: IntoFuture<Output = Result<T, E>>,
    Trouble: From<E>,
{
    let mut backoff = Backoff::default();
    loop {
        let outcome = tokio::select! {
            () = shutdown.cancelled() => return Err(Failed::Cancelled),
            outcome = attempt().into_future() => outcome,
        };
        let trouble = match outcome.map_err(Trouble::from) {
            Ok(value) => return Ok(value),
            Err(trouble @ (Trouble::Refused(_) | Trouble::Closed(_) | Trouble::LoggedOut)) => {
                return Err(Failed::Trouble(trouble));
            }
            Err(trouble) => trouble,
        };
        let pause = if let Trouble::Wait(pause) = trouble { pause } else { backoff.next() };
        tracing::warn!(%trouble, ?pause, "the homeserver is not ready for the bot; trying again");
        tokio::select! {
            () = shutdown.cancelled() => return Err(Failed::Cancelled),
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Bytes nobody can guess, from the operating system.
pub(super) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "the key of the SDK's store and the length of a pause are no ids")]
    getrandom::fill(&mut bytes).expect("an operating system without randomness cannot keep a secret");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stop_growing() {
        let mut backoff = Backoff::default();
        let pauses: Vec<Duration> = (0..40).map(|_| backoff.next()).collect();
        assert!(pauses[0] >= FIRST / 2 && pauses[0] <= FIRST);
        assert!(pauses[3] >= FIRST * 4);
        assert!(pauses.iter().all(|pause| *pause <= LONGEST));
        assert!(pauses[39] >= LONGEST / 2);
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }

    #[test]
    fn what_failed_waits_and_what_is_settled_does_not() {
        let mut patience = Patience::new();
        assert!(patience.allows(&"room"));
        assert_eq!(patience.until_next(), None);
        patience.failed("room");
        assert!(!patience.allows(&"room"));
        assert!(patience.allows(&"other"));
        assert!(patience.until_next().is_some());
        assert!(patience.until(&"room") > Duration::ZERO);
        assert_eq!(patience.until(&"other"), Duration::ZERO);
        patience.settled(&"room");
        assert!(patience.allows(&"room"));
        patience.failed("gone");
        patience.retain(|room| *room != "gone");
        assert_eq!(patience.until_next(), None);
    }
}
