//! What people's clients show of the bot besides its messages: that it has read what was said to it, and that it is
//! writing. Nothing depends on either, so they are sent beside everything else, late or not at all rather than in its way:
//! who is answered at once needs to see nothing of it, and the homeserver has less to do.

use std::collections::HashMap;
use std::time::Duration;

use matrix_sdk::Room;
use matrix_sdk::ruma::api::client::receipt::create_receipt::v3::ReceiptType;
use matrix_sdk::ruma::events::receipt::ReceiptThread;
use matrix_sdk::ruma::{EventId, OwnedRoomId};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// So many wait; what comes then is dropped.
const MOST_WAITING: usize = 64;
/// An answer that takes longer than this shows the bot writing until it is there.
const AT_ONCE: Duration = Duration::from_millis(400);
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
        // What was said last in each room and is not answered yet, and from when on that shows.
        let mut unanswered: HashMap<OwnedRoomId, (Room, String, Instant)> = HashMap::new();
        loop {
            let next = unanswered.values().map(|(_, _, from)| *from).min();
            let signal = tokio::select! {
                () = shutdown.cancelled() => return,
                signal = self.0.recv() => signal,
                () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                    let now = Instant::now();
                    for (room, event, _) in unanswered.extract_if(|_, (_, _, from)| *from <= now).map(|(_, late)| late) {
                        unfailing(async {
                            read(&room, &event).await?;
                            room.typing_notice(true).await
                        })
                        .await;
                    }
                    continue;
                }
            };
            match signal {
                None => return,
                Some(Signal::Working { room, event }) => {
                    unanswered.insert(room.room_id().to_owned(), (room, event, Instant::now() + AT_ONCE));
                }
                Some(Signal::Answered { room }) => match unanswered.remove(room.room_id()) {
                    Some((room, event, _)) => unfailing(read(&room, &event)).await,
                    // The SDK knows whether it was shown at all.
                    None => unfailing(room.typing_notice(false)).await,
                },
            }
        }
    }
}

/// Whatever the homeserver says to it, there is nothing to be done about a signal.
async fn unfailing(show: impl Future<Output = Result<(), matrix_sdk::Error>>) {
    let _ = tokio::time::timeout(AT_MOST, show).await;
}

async fn read(room: &Room, event: &str) -> Result<(), matrix_sdk::Error> {
    match EventId::parse(event) {
        Ok(event) => room.send_single_receipt(ReceiptType::Read, ReceiptThread::Unthreaded, event).await,
        Err(_) => Ok(()),
    }
}
