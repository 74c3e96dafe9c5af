//! The figures, as Prometheus reads them.
//!
//! They say how much and how late, never of whom: no community, person, place or word is a label.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use sqlx::sqlite::SqlitePool;

use crate::engine::vitals::{BATCHES, Backup, Counts, OUTCOMES, Vitals};
use crate::store::{Fault, condition, database};

/// What the page says it is.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels = Vec<(&'static str, String)>;

/// What is read from the database for one page.
#[derive(Debug, Clone, PartialEq)]
struct Rows {
    piles: Vec<condition::Pile>,
    late: Option<i64>,
    timers: u32,
    overdue: Option<Timestamp>,
}

async fn rows(readers: &SqlitePool, now: Timestamp) -> Result<Rows, Fault> {
    let mut conn = readers.acquire().await?;
    let piles = condition::piles(&mut conn).await?;
    let (_, late) = condition::late_messages(&mut conn, now.as_millisecond()).await?;
    let (timers, _) = condition::timers(&mut conn).await?;
    let overdue = condition::overdue(&mut conn, None, now).await?;
    Ok(Rows { piles, late, timers, overdue })
}

/// The page at this moment. If the database cannot be read it says so, and gives the rest.
pub async fn page(vitals: &Vitals, readers: &SqlitePool, data: &Path, now: Timestamp) -> String {
    let rows = rows(readers, now).await;
    let mut registry = Registry::with_prefix("barnraiser");
    about_the_program(&mut registry, vitals, now);
    gauge(&mut registry, "database_readable", "Whether the database could be read", i64::from(rows.is_ok()));
    match &rows {
        Ok(rows) => about_the_rows(&mut registry, rows, now),
        Err(fault) => tracing::warn!(%fault, "the figures come without what the database would say"),
    }
    gauge(&mut registry, "database_bytes", "Size of the database", bytes(&database(data)));
    gauge(&mut registry, "wal_bytes", "Size of the log beside the database", bytes(&wal(data)));
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = encode(&mut text, &registry);
    text
}

/// The log that SQLite keeps beside the database.
pub fn wal(data: &Path) -> PathBuf {
    database(data).with_extension("db-wal")
}

fn bytes(path: &Path) -> i64 {
    std::fs::metadata(path).map_or(0, |about| i64::try_from(about.len()).unwrap_or(i64::MAX))
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge = Gauge::<i64>::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn counter(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let counter = Counter::<u64, AtomicU64>::default();
    counter.inc_by(value);
    registry.register(name, help, counter);
}

fn about_the_program(registry: &mut Registry, vitals: &Vitals, now: Timestamp) {
    let version = vec![("version", env!("CARGO_PKG_VERSION"))];
    registry.register("build", "The program", Info::new(version));
    let counts = vitals.counts();
    counter(registry, "inputs", "Inputs that are durable", counts.inputs);
    counter(registry, "commits", "Commits that are durable", counts.commits);
    counter(registry, "lost_commits", "Batches that could not be committed", counts.lost_commits);
    counter(registry, "lookups", "Messages that were looked up instead of sent", counts.lookups);
    let deliveries = Family::<Labels, Counter>::default();
    for (outcome, count) in OUTCOMES.iter().zip(counts.outcomes) {
        deliveries.get_or_create(&vec![("outcome", (*outcome).to_owned())]).inc_by(count);
    }
    registry.register("deliveries", "Attempts by how they ended", deliveries);
    registry.register_collector(Box::new(Batches(counts)));
    let connected = Family::<Labels, Gauge>::default();
    for (platform, up) in vitals.platforms() {
        connected.get_or_create(&vec![("platform", platform.name().to_owned())]).set(i64::from(up));
    }
    registry.register("platform_connected", "Whether a platform's server is reached", connected);
    gauge(
        registry,
        "clock_behind_seconds",
        "How far the clock is behind the latest time seen",
        vitals.behind().as_secs(),
    );
    if let Backup::On { newest, failing } = vitals.backup() {
        gauge(registry, "backup_failing", "Whether the last scheduled backup failed", i64::from(failing));
        if let Some(newest) = newest {
            let age = now.duration_since(newest).as_secs();
            gauge(registry, "backup_age_seconds", "Age of the newest whole backup", age);
        }
    }
}

fn about_the_rows(registry: &mut Registry, rows: &Rows, now: Timestamp) {
    let messages = Family::<Labels, Gauge>::default();
    for pile in &rows.piles {
        let labels = vec![("platform", pile.platform.clone()), ("state", pile.state.clone())];
        messages.get_or_create(&labels).inc_by(i64::from(pile.messages));
    }
    registry.register("outbox_messages", "Messages that are not delivered, by state", messages);
    let late = rows.late.map_or(0, |since| now.as_millisecond().saturating_sub(since).max(0) / 1000);
    gauge(registry, "outbox_oldest_ready_seconds", "How long the oldest message could have gone out", late);
    gauge(registry, "timers_armed", "Timers that are armed", i64::from(rows.timers));
    let overdue = rows.overdue.map_or(0, |since| now.duration_since(since).as_secs().max(0));
    gauge(registry, "overdue_seconds", "How long the oldest due thing has not been done", overdue);
}

/// How many inputs the commits held.
#[derive(Debug)]
struct Batches(Counts);

impl Collector for Batches {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Counts { inputs, commits, batches, .. } = self.0;
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
        let mut buckets: Vec<(f64, u64)> = BATCHES.iter().zip(batches).map(|(most, n)| (*most as f64, n)).collect();
        // The crate adds the counts up itself, and wants an end that nothing is beyond.
        buckets.push((f64::MAX, 0));
        let mut metric =
            encoder.encode_descriptor("batch_inputs", "Inputs in one commit", None, MetricType::Histogram)?;
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
        metric.encode_histogram::<NoLabelSet>(inputs as f64, commits, &buckets, None)
    }
}
