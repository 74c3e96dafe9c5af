//! What makes due things happen: it sleeps until the next timer, a stirring, or half a minute, and has the engine do what is
//! due. It knows nothing about what that is.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{Engine, Stopped};

/// The longest sleep: a clock that was set meanwhile is noticed after this.
const LONGEST: Duration = Duration::from_secs(30);
/// How soon it is asked again whether the clock can be relied on.
const UNTRUSTED: Duration = Duration::from_secs(1);
/// The shortest, so that a timer which cannot be handled does not spin.
const SHORTEST: Duration = Duration::from_millis(20);

/// Runs until shutdown, or until the engine has stopped.
///
/// # Errors
/// The engine has stopped before it was told to.
pub async fn run(engine: Engine, shutdown: CancellationToken) -> Result<(), Stopped> {
    let mut stirrings = engine.stirrings();
    loop {
        let (done, agenda) = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            ticked = engine.tick() => ticked?,
        };
        if done > 0 {
            continue;
        }
        let nap = match engine.vitals().trusts_the_clock() {
            true => until(agenda.timer, engine.clock().now()),
            // Whatever is due waits for the clock to be confirmed, and then no longer.
            false => UNTRUSTED,
        };
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = tokio::time::sleep(nap) => {}
            changed = stirrings.changed() => changed.map_err(|_| Stopped)?,
        }
    }
}

/// How long to sleep for an instant, within the bounds.
pub fn until(at: Option<Timestamp>, now: Timestamp) -> Duration {
    let ahead = at.map(|at| at.duration_since(now));
    ahead
        .and_then(|span| Duration::try_from(span).ok())
        .unwrap_or(if at.is_some() { SHORTEST } else { LONGEST })
        .clamp(SHORTEST, LONGEST)
}
