//! What people's clients show of the bot besides its messages: that it has read what was said to it, and that it is
//! writing. Nothing depends on either, so they are sent beside everything else, late or not at all rather than in its way.

use std::time::Duration;

use matrix_sdk::Room;
use matrix_sdk::ruma::EventId;
use matrix_sdk::ruma::api::client::receipt::create_receipt::v3::ReceiptType;
use matrix_sdk::ruma::events::receipt::ReceiptThread;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// So many wait; what comes then is dropped.
const MOST_WAITING: usize = 64;
/// A signal that takes longer than this is no longer one.
const AT_MOST: Duration = Duration::from_secs(5);

enum Signal {
    /// It was said to the bot, and is being worked on.
    Working {
        room: Room,
        event: String,
    },
    Answered {
        room: Room,
    },
}

/// Where signals are handed in; clones share it.
#[derive(Debug, Clone)]
pub(super) struct Signals(mpsc::Sender<Signal>);

/// The other end, for the one who sends them.
#[derive(Debug)]
pub(super) struct Waiting(mpsc::Receiver<Signal>);

pub(super) fn signals() -> (Signals, Waiting) {
    let (hand_in, waiting) = mpsc::channel(MOST_WAITING);
    (Signals(hand_in), Waiting(waiting))
}

impl Signals {
    /// Shows that this was read, and that the bot writes.
    pub(super) fn working(&self, room: &Room, event: &str) {
        let _ = self.0.try_send(Signal::Working { room: room.clone(), event: event.to_owned() });
    }

    /// Shows that the bot writes no more.
    pub(super) fn answered(&self, room: &Room) {
        let _ = self.0.try_send(Signal::Answered { room: room.clone() });
    }
}

impl Waiting {
    /// Sends signals until told to stop.
    pub(super) async fn run(mut self, shutdown: &CancellationToken) {
        loop {
            let signal = tokio::select! {
                () = shutdown.cancelled() => return,
                signal = self.0.recv() => signal,
            };
            let Some(signal) = signal else { return };
            // Whatever the homeserver says to it, there is nothing to be done about a signal.
            let _ = tokio::time::timeout(AT_MOST, show(signal)).await;
        }
    }
}

async fn show(signal: Signal) -> Result<(), matrix_sdk::Error> {
    match signal {
        Signal::Working { room, event } => {
            if let Ok(event) = EventId::parse(event) {
                room.send_single_receipt(ReceiptType::Read, ReceiptThread::Unthreaded, event).await?;
            }
            room.typing_notice(true).await
        }
        Signal::Answered { room } => room.typing_notice(false).await,
    }
}
