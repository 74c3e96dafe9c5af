//! Gatherings and their digests: scheduled, held, posted, called off, over.

use barnraiser::domain::community::Norms;
use barnraiser::domain::gathering::{DigestState, Gathering};
use barnraiser::domain::{GatheringId, Ref, Refusal, Zone};
use jiff::civil::{Date, DateTime, date};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::holds;

#[derive(Debug, Clone)]
enum Move {
    To { days: i64, hour: i8 },
    Cancel,
    Post,
    Hold,
    Wait { hours: i64 },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        (0..40_i64, 0..24_i8).prop_map(|(days, hour)| Move::To { days, hour }),
        Just(Move::Cancel),
        Just(Move::Post),
        Just(Move::Hold),
        (1..200_i64).prop_map(|hours| Move::Wait { hours }),
    ];
    prop::collection::vec(one, 0..16)
}

fn first() -> Date {
    date(2026, 3, 3)
}

fn gathering(starts: DateTime, zone: &Zone) -> Gathering {
    Gathering {
        id: GatheringId(4),
        starts,
        zone: zone.clone(),
        place: Some("the hall".into()),
        facilitator: None,
        scribe: None,
        cancelled_at: None,
        digest: DigestState::Scheduled,
    }
}

fn days_earlier(date: Date, days: u8) -> Date {
    (0..days).fold(date, |date, _| date.yesterday().expect("in range"))
}

#[test]
fn what_is_called_off_or_over_stays_so_and_a_digest_goes_out_once() {
    let zone: Zone = "America/Chicago".parse().unwrap();
    let over = || Refusal::GatheringOver(Ref::Gathering(GatheringId(4)));
    let posted = || Refusal::DigestAlreadyPosted(Ref::Gathering(GatheringId(4)));
    holds(1_000, &moves(), |moves| {
        let mut now = zone.instant(first().at(12, 0, 0, 0));
        let mut real = gathering(first().at(18, 0, 0, 0), &zone);
        // The model: when it begins, and three things that are true or not yet.
        let (mut begins, mut off, mut held, mut out) = (zone.instant(real.starts), None::<Timestamp>, false, false);
        for by in moves {
            let ahead = off.is_none() && now < begins;
            match by {
                Move::Wait { hours } => now += SignedDuration::from_hours(hours),
                Move::To { days, hour } => {
                    let starts = (0..days).fold(first(), |day, _| day.tomorrow().unwrap()).at(hour, 0, 0, 0);
                    let moved = real.clone().move_to(starts, now);
                    prop_assert_eq!(moved.is_ok(), ahead);
                    match moved {
                        Ok(moved) => (real, begins) = (moved, zone.instant(starts)),
                        Err(refusal) => prop_assert_eq!(refusal, over()),
                    }
                }
                Move::Cancel => match real.clone().cancel(now) {
                    Ok(cancelled) => {
                        prop_assert!(ahead);
                        (real, off) = (cancelled, Some(now));
                    }
                    Err(refusal) => prop_assert!(!ahead && refusal == over()),
                },
                Move::Post | Move::Hold => {
                    let may = real.clone().with_digest_ahead();
                    let expected = if out {
                        Err(posted())
                    } else if off.is_some() {
                        Err(over())
                    } else {
                        Ok(real.clone())
                    };
                    prop_assert_eq!(&may, &expected);
                    if may.is_ok() {
                        (held, out) = if matches!(by, Move::Post) { (held, true) } else { (true, out) };
                        real.digest = if out { DigestState::Posted } else { DigestState::Held };
                    }
                }
            }
            prop_assert_eq!((real.instant(), real.cancelled_at), (begins, off));
            let state = if out {
                DigestState::Posted
            } else if held {
                DigestState::Held
            } else {
                DigestState::Scheduled
            };
            prop_assert_eq!(real.digest, state, "moved or called off, its digest is what it was");
            prop_assert_eq!(DigestState::from_name(real.digest.name()), Some(state));
        }
        Ok(())
    });
}

#[test]
fn the_digest_and_its_preview_come_on_mornings_counted_in_civil_days() {
    let zones = ["America/Chicago", "Pacific/Auckland", "Africa/Cairo", "America/Santiago", "UTC"];
    let all = (prop::sample::select(zones.to_vec()), 0..700_i32, 0..24_i8, 0..60_i8, 0..8_u8);
    holds(1_000, &all, |(zone, days, hour, minute, digest_days)| {
        let zone: Zone = zone.parse().unwrap();
        let day = (0..days).fold(first(), |day, _| day.tomorrow().unwrap());
        let gathering = gathering(day.at(hour, minute, 0, 0), &zone);
        let norms = Norms { digest_days, ..Norms::default() };
        let nine = |days: u8| days_earlier(day, days).at(9, 0, 0, 0);
        prop_assert_eq!(zone.civil(gathering.digest_at(&norms)), nine(digest_days));
        prop_assert_eq!(zone.civil(gathering.preview_at(&norms)), nine(digest_days + 1));
        Ok(())
    });
}

#[test]
fn every_digest_state_has_a_name_of_its_own() {
    let names = [DigestState::Scheduled, DigestState::Held, DigestState::Posted].map(DigestState::name);
    assert_eq!(names, ["scheduled", "held", "posted"]);
    assert_eq!(DigestState::from_name("gone"), None);
}
