//! The console: the same community in a terminal, with a clock one can move. It is the embedded default, the demo, and the
//! way stories are tested.

mod gateway;
pub mod line;
pub mod session;
pub mod show;

use std::io::{BufRead, Write as _};

use line::Line;
use session::{Session, Trouble};
use show::Stage;

use crate::domain::community::Language;
use crate::speech::copy;

/// A script's line that could not be done: where, and one clear sentence.
#[derive(Debug, thiserror::Error)]
#[error("line {number}: {trouble}")]
pub struct AtLine {
    pub number: usize,
    pub trouble: Trouble,
}

/// Plays a script to its end. It is read whole before its first line is done, so that a wrong line does nothing.
///
/// # Errors
/// The first line that is not understood or cannot be done.
pub async fn play(mut session: Session, script: &str) -> Result<(), AtLine> {
    let at = |number: usize, trouble: Trouble| AtLine { number: number + 1, trouble };
    let mut lines = Vec::new();
    for (number, text) in script.lines().enumerate() {
        match line::read(text).map_err(Trouble::from) {
            Ok(Line::Bare(_)) => return Err(at(number, line::Wrong::Nobody.into())),
            Ok(line) => lines.push((number, line)),
            Err(trouble) => return Err(at(number, trouble)),
        }
    }
    let last = lines.last().map_or(0, |(number, _)| *number);
    for (number, line) in lines {
        session.take(line).await.map_err(|trouble| at(number, trouble))?;
    }
    session.close().await.map_err(|trouble| at(last, trouble))
}

/// Greets, and does what people type until they leave. What falls due meanwhile is done within a second.
///
/// # Errors
/// The console cannot go on.
pub async fn talk(mut session: Session, stage: Stage, language: Language) -> Result<(), Trouble> {
    stage.aside(&copy::console_greeting(language).plain(show::PREFIX));
    let (typed, mut lines) = tokio::sync::mpsc::channel::<String>(16);
    // Reading a terminal blocks: it gets a thread of its own, which ends with the process.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if typed.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let mut second = tokio::time::interval(std::time::Duration::from_secs(1));
    prompt(&session);
    loop {
        tokio::select! {
            _ = second.tick() => session.settle().await?,
            line = lines.recv() => {
                let Some(text) = line else { break };
                match line::read(&text) {
                    Ok(Line::Quit) => break,
                    Ok(Line::Help) => stage.aside(&copy::console_greeting(language).plain(show::PREFIX)),
                    Ok(line) => match session.take(line).await {
                        // A slip at the terminal is answered; only what ends the console ends it.
                        Err(slip @ (Trouble::Wrong(_) | Trouble::Backwards { .. } | Trouble::BeyondTheCalendar)) => {
                            stage.aside(&slip.to_string());
                        }
                        done => done?,
                    },
                    Err(slip) => stage.aside(&slip.to_string()),
                }
                prompt(&session);
            }
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    session.close().await
}

/// The clock and a mark, so that people see whose turn it is.
fn prompt(session: &Session) {
    let mut out = std::io::stdout();
    let text = format!("{} > ", session.now().strftime("%a %-d %b %Y %H:%M"));
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
