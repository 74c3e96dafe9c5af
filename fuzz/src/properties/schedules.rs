//! A cron expression of an operator's or a convener's. The input is `ZONE|INSTANT|EXPRESSION`.

use barnraiser::domain::schedule::Schedule;

use super::said_somewhere;

pub fn holds(data: &[u8]) {
    let (zone, now, text) = said_somewhere(data);
    let schedule: Schedule = match text.parse() {
        Ok(schedule) => schedule,
        Err(why) => {
            let why: barnraiser::domain::schedule::BadSchedule = why;
            assert!(!why.to_string().is_empty() && !why.to_string().contains('\n'), "{why}");
            return;
        }
    };
    assert_eq!(schedule.to_string(), text.trim());
    assert_eq!(schedule.to_string().parse::<Schedule>().as_ref(), Ok(&schedule));
    let kept = serde_json::to_string(&schedule).expect("rows keep it");
    assert_eq!(serde_json::from_str::<Schedule>(&kept).expect("and read it"), schedule);
    let mut at = now;
    for _ in 0..4 {
        let Some(next) = schedule.next_after(at, &zone) else { break };
        assert!(next > at, "{next} is not after {at}");
        // Asked a moment before it, the answer is the same; nothing lies between.
        let before = next - jiff::SignedDuration::from_secs(1);
        assert_eq!(schedule.next_after(before.max(at), &zone), Some(next));
        // What the wall clock shows then is what was written, unless that time was left out by the clocks.
        let civil = zone.civil(next);
        let named = schedule.next_civil_after(civil - jiff::SignedDuration::from_secs(1)) == Some(civil);
        let moved = || {
            let mut earlier = civil - jiff::SignedDuration::from_hours(26);
            std::iter::from_fn(|| {
                earlier = schedule.next_civil_after(earlier)?;
                Some(earlier)
            })
            .take_while(|written| *written < civil)
            .take(100_000)
            .any(|written| zone.instant(written) == next)
        };
        assert!(named || moved(), "{next} is no time that was written");
        at = next;
    }
}
