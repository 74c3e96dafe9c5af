//! The running bot: the engine, its timers, its keeper, and every platform that the configuration names. Whichever part ends
//! first, by a signal or by trouble, the others end with it, and what was acknowledged is kept.

use std::sync::Arc;

use barnraiser::config::{Config, Discord, Matrix};
#[cfg(any(feature = "matrix", feature = "discord"))]
use barnraiser::delivery::{courier::Courier, gateway::Gateway};
use barnraiser::engine::clock::{Clock, SystemIds};
use barnraiser::engine::{Defaults, Engine, rhythm};
#[cfg(feature = "matrix")]
use barnraiser::grammar::specs;
use barnraiser::ops;
#[cfg(feature = "discord")]
use barnraiser::platforms::discord;
#[cfg(feature = "matrix")]
use barnraiser::platforms::matrix;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::steward;

/// Opens the engine and every configured platform, and runs until told to stop.
pub async fn run(config: Config, clock: Arc<dyn Clock>) -> Result<(), String> {
    if config.matrix.is_none() && config.discord.is_none() {
        return Err("the configuration names no platform. How to mend: add a [matrix] or a [discord] section, or open the console".to_owned());
    }
    let stop = Stop::listen()?;
    let listener = match config.health.listen {
        Some(at) => Some(ops::health::listen(at).await.map_err(|e| e.to_string())?),
        None => None,
    };
    let opened = Engine::open(&config.data, defaults(&config), Arc::clone(&clock), Arc::new(SystemIds)).await;
    let (engine, running) = opened.map_err(|e| e.to_string())?;
    // Nothing falls due by a clock that no server has confirmed.
    engine.vitals().doubt_the_clock();
    steward::look_around(&engine, &config.data);
    let shutdown = CancellationToken::new();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(stop.wait(shutdown.clone()));
    {
        let (engine, shutdown) = (engine.clone(), shutdown.clone());
        tasks.spawn(async move { rhythm::run(engine, shutdown).await.map_err(|e| e.to_string()) });
    }
    if let Some(listener) = listener {
        let watch = ops::health::Watch::over(engine.clone(), config.data.clone());
        let shutdown = shutdown.clone();
        tasks.spawn(async move { watch.run(listener, shutdown).await.map_err(|e| e.to_string()) });
    }
    let keeper = ops::keeping::Keeper {
        data: config.data.clone(),
        settings: config.backup.clone(),
        zone: config.community.zone.clone(),
        clock,
        vitals: engine.vitals().clone(),
    };
    tasks.spawn({
        let shutdown = shutdown.clone();
        async move {
            keeper.run(shutdown).await;
            Ok(())
        }
    });
    if let Some(platform) = &config.matrix {
        start_matrix(platform, &config, &engine, &shutdown, &mut tasks)?;
    }
    if let Some(platform) = &config.discord {
        start_discord(platform, &config, &engine, &shutdown, &mut tasks)?;
    }
    let mut ended = Ok(());
    while let Some(task) = tasks.join_next().await {
        let result = task.map_err(|e| format!("a part of the bot broke: {e}")).and_then(|result| result);
        if let Err(error) = result
            && ended.is_ok()
        {
            ended = Err(error);
        }
        // Whichever part ends first, by a signal or by trouble, the others end with it.
        shutdown.cancel();
    }
    drop(engine);
    running.await.map_err(|e| format!("the engine broke: {e}"))?;
    tracing::info!("stopped; everything acknowledged is kept");
    ended
}

/// The tasks of the running bot: each ends by itself or with the others.
type Tasks = tokio::task::JoinSet<Result<(), String>>;

/// Logs in, and then hears and delivers until told to stop. It begins in a task of its own, since a homeserver that cannot
/// be reached yet is waited for.
#[cfg(feature = "matrix")]
fn start_matrix(
    platform: &Matrix,
    config: &Config,
    engine: &Engine,
    shutdown: &CancellationToken,
    tasks: &mut Tasks,
) -> Result<(), String> {
    let settings = matrix::Settings {
        account: platform.clone(),
        known_verbs: specs::first_words().map(str::to_owned).collect(),
        language: config.community.language,
        data: config.data.clone(),
    };
    let (engine, shutdown) = (engine.clone(), shutdown.clone());
    tasks.spawn(async move {
        let bot = match matrix::Matrix::connect(settings, &shutdown).await {
            Ok(bot) => bot,
            Err(matrix::ConnectError::Cancelled) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        // A homeserver counts everything the bot sends together: one courier is as fast as it allows.
        let couriers = Couriers { gateway: Arc::new(bot.gateway()), side_by_side: 1 };
        let hear = bot.run(engine.clone(), shutdown.clone());
        couriers.run_beside(hear, engine, shutdown).await
    });
    Ok(())
}

#[cfg(not(feature = "matrix"))]
fn start_matrix(_: &Matrix, _: &Config, _: &Engine, _: &CancellationToken, _: &mut Tasks) -> Result<(), String> {
    Err("this program was built without Matrix. How to mend: build it with the feature `matrix`".to_owned())
}

/// The same on Discord.
#[cfg(feature = "discord")]
fn start_discord(
    platform: &Discord,
    config: &Config,
    engine: &Engine,
    shutdown: &CancellationToken,
    tasks: &mut Tasks,
) -> Result<(), String> {
    let (platform, language) = (platform.clone(), config.community.language);
    let (engine, shutdown) = (engine.clone(), shutdown.clone());
    tasks.spawn(async move {
        let bot = match discord::Discord::connect(&platform, language, &shutdown).await {
            Ok(bot) => bot,
            Err(discord::ConnectError::Cancelled) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        // Every channel and every interaction has limits of its own: nobody waits for another's.
        let couriers = Couriers { gateway: Arc::new(bot.gateway()), side_by_side: 8 };
        let hear = bot.run(engine.clone(), shutdown.clone());
        couriers.run_beside(hear, engine, shutdown).await
    });
    Ok(())
}

#[cfg(not(feature = "discord"))]
fn start_discord(_: &Discord, _: &Config, _: &Engine, _: &CancellationToken, _: &mut Tasks) -> Result<(), String> {
    Err("this program was built without Discord. How to mend: build it with the feature `discord`".to_owned())
}

/// Those who carry a platform's messages out.
#[cfg(any(feature = "matrix", feature = "discord"))]
struct Couriers {
    gateway: Arc<dyn Gateway>,
    side_by_side: usize,
}

#[cfg(any(feature = "matrix", feature = "discord"))]
impl Couriers {
    /// Delivers while something hears. Whichever ends first, the others end with it; a letter on its way is finished.
    async fn run_beside<E: ToString>(
        self,
        hear: impl Future<Output = Result<(), E>>,
        engine: Engine,
        shutdown: CancellationToken,
    ) -> Result<(), String> {
        let courier = Arc::new(Courier::new(engine, self.gateway));
        let mut couriers = Tasks::new();
        for _ in 0..self.side_by_side {
            let (courier, shutdown) = (Arc::clone(&courier), shutdown.clone());
            couriers.spawn(async move {
                let carried = courier.run(shutdown.clone()).await.map_err(|e| e.to_string());
                shutdown.cancel();
                carried
            });
        }
        let mut ended = hear.await.map_err(|e| e.to_string());
        shutdown.cancel();
        while let Some(carried) = couriers.join_next().await {
            ended = ended.and(carried.map_err(|e| format!("a courier broke: {e}")).and_then(|carried| carried));
        }
        ended
    }
}

/// What asks the bot to stop: SIGTERM or Ctrl-C. Made first of all, so that a stop in the first moment is clean too.
struct Stop {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    fn listen() -> Result<Stop, String> {
        use tokio::signal::unix::{SignalKind, signal};
        let hear = |kind| signal(kind).map_err(|e| e.to_string());
        Ok(Stop { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }

    async fn wait(mut self, shutdown: CancellationToken) -> Result<(), String> {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = shutdown.cancelled() => {}
        }
        Ok(())
    }
}

/// What the configuration settles for all communities.
pub fn defaults(config: &Config) -> Defaults {
    Defaults {
        zone: config.community.zone.clone(),
        language: config.community.language,
        weekly: config.rhythm.weekly_digest.as_ref().map(ToString::to_string),
        housekeeping: config.rhythm.housekeeping.clone(),
        retention_days: config.rhythm.retention_days,
        grace_days: config.rhythm.grace_days,
        quarantine: config.delivery.quarantine.try_into().unwrap_or(SignedDuration::MAX),
    }
}
