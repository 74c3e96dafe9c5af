//! Spans and sizes as an operator reads them at a glance.

use jiff::{SignedDuration, Timestamp};

/// "3 days", "2 hours", "5 minutes", "40 seconds": the largest unit alone.
pub fn span(of: SignedDuration) -> String {
    let seconds = of.as_secs().max(0);
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// "2 hours old".
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} old", span(now.duration_since(at)))
}

/// "12 MB", "3 GB".
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unit_is_enough() {
        let said = |seconds| span(SignedDuration::from_secs(seconds));
        assert_eq!(
            [said(1), said(119), said(120), said(7_199)],
            ["1 second", "119 seconds", "2 minutes", "119 minutes"]
        );
        assert_eq!([said(7_200), said(172_799), said(172_800)], ["2 hours", "47 hours", "2 days"]);
        assert_eq!(said(-5), "0 seconds", "a clock that went back");
        assert_eq!([size(1), size(12_345_678), size(10_000_000_000)], ["1 kB", "12 MB", "10 GB"]);
    }
}
