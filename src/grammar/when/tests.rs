//! What people write, row by row, and what it is taken to mean.

use jiff::civil::{Date, date, time};
use proptest::prelude::*;

use super::*;

const CHICAGO: &str = "America/Chicago";

/// A Thursday evening.
const THURSDAY: &str = "2026-03-05T18:20:00-06";

fn read_at(text: &str, now: &str, zone: &str) -> String {
    match parse_when(text, now.parse().unwrap(), &zone.parse().unwrap()) {
        Ok(Due::Day(date)) => date.to_string(),
        Ok(Due::Minute(civil)) => civil.strftime("%F %H:%M").to_string(),
        Err(WhenProblem::Ambiguous(near, far)) => format!("{near} or {far}"),
        Err(problem) => format!("{problem:?}"),
    }
}

/// Checks every row and shows all that are wrong, not only the first.
#[track_caller]
fn check(now: &str, zone: &str, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(text, wanted)| (text, wanted, read_at(text, now, zone)))
        .filter(|(_, wanted, got)| *wanted != got)
        .map(|(text, wanted, got)| format!("{text:?}: wanted {wanted}, got {got}"))
        .collect();
    assert!(wrong.is_empty(), "at {now} in {zone}:\n{}", wrong.join("\n"));
}

#[track_caller]
fn on_thursday(rows: &[(&str, &str)]) {
    check(THURSDAY, CHICAGO, rows);
}

#[test]
fn iso_dates_and_platform_times() {
    on_thursday(&[
        ("2026-03-14", "2026-03-14"),
        ("2026/3/14", "2026-03-14"),
        ("by 2026-03-14", "2026-03-14"),
        ("2026-03-14 10:00", "2026-03-14 10:00"),
        ("2026-03-14T10:00", "2026-03-14 10:00"),
        ("2026-03-14t10:00:00", "2026-03-14 10:00"),
        ("2026-03-14 at 6pm", "2026-03-14 18:00"),
        ("10:00 2026-03-14", "2026-03-14 10:00"),
        ("２０２６-０３-１４", "2026-03-14"),
        ("2026–03–14", "2026-03-14"),
        ("<t:1773421200:F>", "2026-03-13 12:00"),
        ("<t:1773421200>", "2026-03-13 12:00"),
        ("by <t:1773421200:R>", "2026-03-13 12:00"),
        ("<t:1773421200:D>", "2026-03-13"),
        ("<t:1773421200:d>", "2026-03-13"),
        ("<t:1:F>", "Past"),
        ("<t:-5:F>", "Past"),
        ("<t:99999999999999999999:F>", "TooFar"),
        ("<t:-99999999999999999999:F>", "Past"),
        ("<t:2773421200:F>", "TooFar"),
        ("<t:1773421200:F", "Unreadable"),
        ("<t::F>", "Unreadable"),
    ]);
}

#[test]
fn near_days() {
    on_thursday(&[
        ("today", "2026-03-05"),
        ("Today!", "2026-03-05"),
        ("hoy", "2026-03-05"),
        ("tomorrow", "2026-03-06"),
        ("TOMORROW", "2026-03-06"),
        ("mañana", "2026-03-06"),
        ("manana", "2026-03-06"),
        ("MAÑANA", "2026-03-06"),
        ("man\u{303}ana", "2026-03-06"),
        ("pasado mañana", "2026-03-07"),
        ("the day after tomorrow", "2026-03-07"),
        ("tonight", "2026-03-05"),
        ("esta noche", "2026-03-05"),
        ("midnight", "2026-03-05"),
        ("a medianoche", "2026-03-05"),
        ("end of day", "2026-03-05"),
        ("by the end of the day", "2026-03-05"),
        ("EOD", "2026-03-05"),
        ("eod tomorrow", "2026-03-06"),
        ("fin del día", "2026-03-05"),
        ("tomorrow night", "2026-03-06"),
        ("tomorrow morning", "2026-03-06 12:00"),
        ("mañana por la mañana", "2026-03-06 12:00"),
        ("mañana por la tarde", "2026-03-06 18:00"),
        ("mañana en la noche", "2026-03-06"),
        ("this afternoon", "Past"),
        ("today 10am", "Past"),
        ("today at 18:20", "Past"),
        ("today at 18:21", "2026-03-05 18:21"),
        ("hoy a las 20:30", "2026-03-05 20:30"),
        // As the bot echoes them, and people copy them.
        ("today (Thursday 5 March)", "2026-03-05"),
        ("tomorrow (Friday 6 March), 10:00", "2026-03-06 10:00"),
        ("mañana, viernes 6 de marzo, 10:00", "2026-03-06 10:00"),
        ("hoy, jueves 5 de marzo", "2026-03-05"),
        ("tomorrow (Friday 6 March", "Unreadable"),
        ("tomorrow (Saturday 7 March)", "Unreadable"),
        ("tomorrow (Saturday 6 March)", "Unreadable"),
        ("hoy, viernes", "Unreadable"),
        ("yesterday", "Past"),
        ("yesterday at 6pm", "Past"),
        ("ayer", "Past"),
        ("anteayer", "Past"),
    ]);
}

#[test]
fn times_alone_are_the_next_such_time() {
    on_thursday(&[
        ("18:00", "2026-03-06 18:00"),
        ("18:20", "2026-03-06 18:20"),
        ("18:21", "2026-03-05 18:21"),
        ("6pm", "2026-03-06 18:00"),
        ("8 PM", "2026-03-05 20:00"),
        ("8:30pm", "2026-03-05 20:30"),
        ("8.30 p.m.", "2026-03-05 20:30"),
        ("by 8 p. m.", "2026-03-05 20:00"),
        ("12am", "2026-03-06 00:00"),
        ("12pm", "2026-03-06 12:00"),
        ("noon", "2026-03-06 12:00"),
        ("12 noon", "2026-03-06 12:00"),
        ("by noon", "2026-03-06 12:00"),
        ("before 12 midnight", "2026-03-05"),
        ("al mediodía", "2026-03-06 12:00"),
        ("las 12 del mediodía", "2026-03-06 12:00"),
        ("at 19", "2026-03-05 19:00"),
        ("a las 19", "2026-03-05 19:00"),
        ("antes de las 19.30", "2026-03-05 19:30"),
        ("a las 8 de la noche", "2026-03-05 20:00"),
        ("las 8:15 de la mañana", "2026-03-06 08:15"),
        ("a las 12 de la noche", "2026-03-05"),
        ("2 de la madrugada", "2026-03-06 02:00"),
        ("8 in the evening", "2026-03-05 20:00"),
        ("a la 1 de la tarde", "2026-03-06 13:00"),
        ("18h30", "2026-03-05 18:30"),
        ("19:00h", "2026-03-05 19:00"),
        ("@ 19:00", "2026-03-05 19:00"),
        ("0:30", "2026-03-06 00:30"),
        // Half of the day is missing, or there is no such time.
        ("6", "Unreadable"),
        ("at 6", "Unreadable"),
        ("a las 6", "Unreadable"),
        ("6 o'clock", "Unreadable"),
        ("6 o’clock in the evening", "2026-03-06 18:00"),
        ("19.30", "Unreadable"),
        ("25:00", "Unreadable"),
        ("24:00", "Unreadable"),
        ("10:60", "Unreadable"),
        ("13pm", "Unreadable"),
        ("0am", "Unreadable"),
        ("18:00 in the morning", "Unreadable"),
        ("10:00-14:00", "Unreadable"),
        ("10:00-12:00", "Unreadable"),
    ]);
}

#[test]
fn spans_count_from_now() {
    on_thursday(&[
        ("in 3 days", "2026-03-08"),
        ("3d", "2026-03-08"),
        ("3 days from now", "2026-03-08"),
        ("+3d", "2026-03-08"),
        ("within two weeks", "2026-03-19"),
        ("2 weeks", "2026-03-19"),
        ("a fortnight", "2026-03-19"),
        ("2 semanas", "2026-03-19"),
        ("en 3 días", "2026-03-08"),
        ("en tres dias", "2026-03-08"),
        ("dentro de una semana", "2026-03-12"),
        ("dentro de un mes", "2026-04-05"),
        ("1 week and 2 days", "2026-03-14"),
        ("1 semana y 2 días", "2026-03-14"),
        ("a couple of days", "2026-03-07"),
        ("un par de días", "2026-03-07"),
        ("in a month", "2026-04-05"),
        ("2h", "2026-03-05 20:20"),
        ("in 2 hours", "2026-03-05 20:20"),
        ("1h30m", "2026-03-05 19:50"),
        ("1 hour, 30 minutes", "2026-03-05 19:50"),
        ("half an hour", "2026-03-05 18:50"),
        ("en media hora", "2026-03-05 18:50"),
        ("en 2 horas", "2026-03-05 20:20"),
        ("1 day 2 hours", "2026-03-06 20:20"),
        ("in 3 days at 6pm", "2026-03-08 18:00"),
        ("en 3 días a las 18:00", "2026-03-08 18:00"),
        ("18:00 in 3 days", "2026-03-08 18:00"),
        ("in 5 years", "2031-03-05"),
        ("in 61 months", "TooFar"),
        ("in 6 years", "TooFar"),
        ("in 999999999 weeks", "TooFar"),
        ("in 99999999999999999999 days", "TooFar"),
        ("in 99999999999999999999 hours", "TooFar"),
        ("0 minutes", "Past"),
        ("3 days ago", "Past"),
        ("hace 3 días", "Past"),
        ("days", "Unreadable"),
        ("in 3", "Unreadable"),
        ("in 2h tomorrow", "Unreadable"),
    ]);
}

#[test]
fn weekdays() {
    on_thursday(&[
        ("friday", "2026-03-06"),
        ("by Friday", "2026-03-06"),
        ("before friday", "2026-03-06"),
        ("Fri", "2026-03-06"),
        ("fri.", "2026-03-06"),
        ("this friday", "2026-03-06"),
        ("el viernes", "2026-03-06"),
        ("para el viernes", "2026-03-06"),
        ("antes del viernes", "2026-03-06"),
        ("a más tardar el viernes", "2026-03-06"),
        ("este viernes", "2026-03-06"),
        ("on or before friday", "2026-03-06"),
        ("no later than friday", "2026-03-06"),
        ("until friday", "2026-03-06"),
        ("hasta el viernes", "2026-03-06"),
        ("como muy tarde el viernes", "2026-03-06"),
        ("miércoles", "2026-03-11"),
        ("Miercoles", "2026-03-11"),
        ("EL MIÉRCOLES", "2026-03-11"),
        ("sábado", "2026-03-07"),
        ("domingo", "2026-03-08"),
        ("end of friday", "2026-03-06"),
        ("friday eod", "2026-03-06"),
        ("friday midnight", "2026-03-06"),
        ("friday night", "2026-03-06"),
        ("friday afternoon", "2026-03-06 18:00"),
        ("viernes por la tarde", "2026-03-06 18:00"),
        ("fri 18:00", "2026-03-06 18:00"),
        ("friday 6pm", "2026-03-06 18:00"),
        ("friday at 6pm", "2026-03-06 18:00"),
        ("friday at noon", "2026-03-06 12:00"),
        ("friday, at 18", "2026-03-06 18:00"),
        ("6pm friday", "2026-03-06 18:00"),
        ("by 6 p.m. on Friday", "2026-03-06 18:00"),
        ("friday evening at 6", "2026-03-06 18:00"),
        ("friday evening 6:30", "2026-03-06 18:30"),
        ("el viernes a las 18:00", "2026-03-06 18:00"),
        ("el viernes a las 6 de la tarde", "2026-03-06 18:00"),
        ("viernes 18h", "2026-03-06 18:00"),
        ("a las 18:00 del viernes", "2026-03-06 18:00"),
        ("6 de la tarde del viernes", "2026-03-06 18:00"),
        ("friday at 6", "Unreadable"),
        ("friday 7", "Unreadable"),
        // Today's, as long as it is to come.
        ("thursday", "2026-03-05"),
        ("jueves", "2026-03-05"),
        ("thursday 19:00", "2026-03-05 19:00"),
        ("thursday 10am", "2026-03-12 10:00"),
        ("thursday 18:20", "2026-03-12 18:20"),
        ("thursday morning", "2026-03-12 12:00"),
        // With its date, which must agree.
        ("friday 13 march", "2026-03-13"),
        ("Fri, Mar 13, 18:00", "2026-03-13 18:00"),
        ("viernes 13 de marzo a las 18:00", "2026-03-13 18:00"),
        ("friday the 13th", "2026-03-13"),
        ("viernes 13", "2026-03-13"),
        ("viernes 6 a las 18:00", "2026-03-06 18:00"),
        ("friday 3/4", "2026-04-03"),
        ("friday 2026-03-13", "2026-03-13"),
        ("friday 14 march", "NoSuchDate"),
        ("friday the 14th", "NoSuchDate"),
        // Not another day than the one meant.
        ("last friday", "Past"),
        ("el viernes pasado", "Past"),
        ("fridays", "Unreadable"),
        ("friday week", "Unreadable"),
        ("friday or saturday", "Unreadable"),
    ]);
}

#[test]
fn next_is_asked_back_unless_it_is_clear() {
    on_thursday(&[
        ("next friday", "2026-03-06 or 2026-03-13"),
        ("by next Friday", "2026-03-06 or 2026-03-13"),
        ("next friday 6pm", "2026-03-06 or 2026-03-13"),
        ("el próximo viernes", "2026-03-06 or 2026-03-13"),
        ("el viernes próximo", "2026-03-06 or 2026-03-13"),
        ("el viernes que viene", "2026-03-06 or 2026-03-13"),
        ("next sunday", "2026-03-08 or 2026-03-15"),
        ("next thursday", "2026-03-12"),
        ("next monday", "2026-03-09"),
        ("el próximo lunes", "2026-03-09"),
        ("next wednesday", "2026-03-11"),
        ("friday next week", "2026-03-13"),
        ("viernes de la semana que viene", "2026-03-13"),
        ("sunday next week", "2026-03-08 or 2026-03-15"),
        ("next week", "2026-03-12 or 2026-03-15"),
        ("la semana que viene", "2026-03-12 or 2026-03-15"),
        ("la próxima semana", "2026-03-12 or 2026-03-15"),
        ("next month", "2026-04-05 or 2026-04-30"),
        ("el mes que viene", "2026-04-05 or 2026-04-30"),
        ("next weekend", "2026-03-08 or 2026-03-15"),
        ("this week", "2026-03-06 or 2026-03-08"),
        ("end of the week", "2026-03-06 or 2026-03-08"),
        ("end of next week", "2026-03-13 or 2026-03-15"),
        ("last week", "Past"),
        ("el mes pasado", "Past"),
        ("next year", "Unreadable"),
    ]);
    check(
        "2026-03-06T10:00:00-06",
        CHICAGO,
        &[("next friday", "2026-03-13"), ("next saturday", "2026-03-07 or 2026-03-14")],
    );
    check(
        "2026-03-07T10:00:00-06",
        CHICAGO,
        &[
            ("next friday", "2026-03-13"),
            ("next weekend", "2026-03-15"),
            ("this weekend", "2026-03-08"),
            ("end of the week", "2026-03-08"),
        ],
    );
    // On a Sunday, next week has begun for some.
    check(
        "2026-03-08T10:00:00-05",
        CHICAGO,
        &[
            ("next friday", "2026-03-13 or 2026-03-20"),
            ("next sunday", "2026-03-15"),
            ("next week", "2026-03-15"),
            ("weekend", "2026-03-08"),
            ("next weekend", "2026-03-15"),
            ("end of next week", "2026-03-13 or 2026-03-15"),
        ],
    );
}

#[test]
fn ends_and_weekends() {
    on_thursday(&[
        ("weekend", "2026-03-08"),
        ("this weekend", "2026-03-08"),
        ("by the weekend", "2026-03-08"),
        ("at the weekend", "2026-03-08"),
        ("el fin de semana", "2026-03-08"),
        ("este finde", "2026-03-08"),
        ("el próximo fin de semana", "2026-03-08 or 2026-03-15"),
        ("fin de semana que viene", "2026-03-08 or 2026-03-15"),
        ("end of month", "2026-03-31"),
        ("by the end of the month", "2026-03-31"),
        ("end of this month", "2026-03-31"),
        ("this month", "2026-03-31"),
        ("EOM", "2026-03-31"),
        ("fin de mes", "2026-03-31"),
        ("a finales de mes", "2026-03-31"),
        ("a fin de este mes", "2026-03-31"),
        ("end of next month", "2026-04-30"),
        ("end of April", "2026-04-30"),
        ("a finales de febrero", "2027-02-28"),
        ("end of February 2028", "2028-02-29"),
        ("end of the year", "2026-12-31"),
        ("final de año", "2026-12-31"),
        ("end of next year", "2027-12-31"),
        ("end of tomorrow", "2026-03-06"),
        ("end of month 18:00", "2026-03-31 18:00"),
        ("end of February 2026", "Past"),
        ("end of", "Unreadable"),
    ]);
}

#[test]
fn days_of_months() {
    on_thursday(&[
        ("13 March", "2026-03-13"),
        ("March 13", "2026-03-13"),
        ("march 13th", "2026-03-13"),
        ("the 13th of March", "2026-03-13"),
        ("March the 13th", "2026-03-13"),
        ("13 mar.", "2026-03-13"),
        ("13 de marzo", "2026-03-13"),
        ("el 13 de Marzo", "2026-03-13"),
        ("para el 13 de marzo", "2026-03-13"),
        ("el día 13 de marzo", "2026-03-13"),
        ("1º de mayo", "2026-05-01"),
        ("primero de mayo", "2026-05-01"),
        ("13 de marzo de 2027", "2027-03-13"),
        ("13 de marzo del 2027", "2027-03-13"),
        ("March 13, 2027", "2027-03-13"),
        ("13 March 2027", "2027-03-13"),
        ("13 March 18:00", "2026-03-13 18:00"),
        ("13 March 2027 6pm", "2027-03-13 18:00"),
        ("March 13 at 6 pm", "2026-03-13 18:00"),
        ("6pm on March 13", "2026-03-13 18:00"),
        ("18:00, 13 March", "2026-03-13 18:00"),
        ("13 de marzo a las 18:00", "2026-03-13 18:00"),
        ("a las 18:00 del 13 de marzo", "2026-03-13 18:00"),
        ("8 de la noche del 13 de marzo", "2026-03-13 20:00"),
        // Without a year, the next one.
        ("5 March", "2026-03-05"),
        ("4 March", "2027-03-04"),
        ("1 January", "2027-01-01"),
        ("29 February", "2028-02-29"),
        ("5 March 10:00", "Past"),
        ("4 March 2026", "Past"),
        ("13 March 2032", "TooFar"),
        ("5 March 2031", "2031-03-05"),
        ("6 March 2031", "TooFar"),
        // Without a month, the next one that has such a day.
        ("the 13th", "2026-03-13"),
        ("on the 4th", "2026-04-04"),
        ("el 13", "2026-03-13"),
        ("el día 4", "2026-04-04"),
        ("31st", "2026-03-31"),
        ("the 13th at 6pm", "2026-03-13 18:00"),
        ("a las 18:00 del 13", "2026-03-13 18:00"),
        ("the 32nd", "NoSuchDate"),
        ("13", "Unreadable"),
        ("march", "Unreadable"),
        ("13 or 14 March", "Unreadable"),
        ("13 March 1800", "Unreadable"),
        // Days the calendar does not have.
        ("2025-02-30", "NoSuchDate"),
        ("2026-13-01", "NoSuchDate"),
        ("30 February", "NoSuchDate"),
        ("31 de abril", "NoSuchDate"),
        ("31 April 6pm", "NoSuchDate"),
        ("29 February 2027", "NoSuchDate"),
        ("0 March", "NoSuchDate"),
        ("99 March", "NoSuchDate"),
    ]);
    check("2026-04-05T12:00:00-05", CHICAGO, &[("the 31st", "2026-05-31"), ("el 31", "2026-05-31")]);
}

#[test]
fn dates_in_numbers_are_asked_back_unless_one_order_is_impossible() {
    on_thursday(&[
        ("13/3", "2026-03-13"),
        ("3/13", "2026-03-13"),
        ("13/3/2026", "2026-03-13"),
        ("3/13/26", "2026-03-13"),
        ("13-3-2026", "2026-03-13"),
        ("13/3 18:00", "2026-03-13 18:00"),
        ("4/4", "2026-04-04"),
        ("6/7", "2026-06-07 or 2026-07-06"),
        ("6/7 18:00", "2026-06-07 or 2026-07-06"),
        ("3/4", "2026-04-03 or 2027-03-04"),
        ("6/7/2026", "2026-06-07 or 2026-07-06"),
        // Written with its year, one reading is over.
        ("3/4/2026", "2026-04-03"),
        ("1/2/2026", "Past"),
        ("6/7/2036", "TooFar"),
        // Full stops go with the day first.
        ("6.7.2026", "2026-07-06"),
        ("6.7.26", "2026-07-06"),
        ("6.7", "Unreadable"),
        ("6-7", "Unreadable"),
        ("13/13", "NoSuchDate"),
        ("31/4/2026", "NoSuchDate"),
        ("29/2", "2028-02-29"),
        ("1/2/3/4", "Unreadable"),
        ("13/3-2026", "Unreadable"),
    ]);
}

#[test]
fn nth_weekdays() {
    on_thursday(&[
        ("first Tuesday of April", "2026-04-07"),
        ("the first tuesday in april", "2026-04-07"),
        ("1st Tuesday of April 18:00", "2026-04-07 18:00"),
        ("first Tuesday of April 2027", "2027-04-06"),
        ("primer martes de abril", "2026-04-07"),
        ("el primer martes de abril a las 18:00", "2026-04-07 18:00"),
        ("1er martes de abril", "2026-04-07"),
        ("first tuesday of march", "2027-03-02"),
        ("second tuesday of march", "2026-03-10"),
        ("last friday of the month", "2026-03-27"),
        ("el último viernes del mes", "2026-03-27"),
        ("último viernes de este mes", "2026-03-27"),
        ("first tuesday of the month", "2026-04-07"),
        ("first tuesday of this month", "Past"),
        ("first tuesday of next month", "2026-04-07"),
        ("primer martes del próximo mes", "2026-04-07"),
        ("tercer jueves de abril", "2026-04-16"),
        ("fifth friday of april", "NoSuchDate"),
        ("first tuesday", "Unreadable"),
        ("9th tuesday of april", "Unreadable"),
    ]);
}

#[test]
fn another_places_time_is_refused() {
    on_thursday(&[
        ("10:00Z", "ForeignZone"),
        ("2026-03-14T10:00Z", "ForeignZone"),
        ("2026-03-14T10:00:00.000Z", "ForeignZone"),
        ("2026-03-14T10:00+02:00", "ForeignZone"),
        ("2026-03-14T10:00-06:00", "ForeignZone"),
        ("2026-03-14T10:00:00-0600", "ForeignZone"),
        ("10:00 +0200", "ForeignZone"),
        ("+02:00", "ForeignZone"),
        ("friday 10:00 EST", "ForeignZone"),
        ("EST", "ForeignZone"),
        ("6pm ET", "ForeignZone"),
        ("6pm eastern", "ForeignZone"),
        ("18:00 UTC+2", "ForeignZone"),
        ("18:00 America/New_York", "ForeignZone"),
        ("2026-03-14T10:00[Europe/Madrid]", "ForeignZone"),
        ("friday z", "Unreadable"),
        ("et", "Unreadable"),
    ]);
}

#[test]
fn what_is_no_date_is_unreadable() {
    on_thursday(&[
        ("", "Unreadable"),
        ("   ", "Unreadable"),
        (",", "Unreadable"),
        ("!", "Unreadable"),
        ("by", "Unreadable"),
        ("a", "Unreadable"),
        ("soon", "Unreadable"),
        ("asap", "Unreadable"),
        ("whenever", "Unreadable"),
        ("friday please", "Unreadable"),
        ("see you friday", "Unreadable"),
        ("friday friday", "Unreadable"),
        ("18:00 19:00", "Unreadable"),
        ("2026-03-14 25:00", "Unreadable"),
        ("20260314", "Unreadable"),
        ("∞", "Unreadable"),
        ("金曜日", "Unreadable"),
    ]);
    assert_eq!(read_at(&"friday ".repeat(10_000), THURSDAY, CHICAGO), "Unreadable");
}

#[test]
fn times_that_the_clocks_leave_out_or_repeat_are_taken_as_written() {
    check(
        "2026-03-07T22:00:00-06",
        CHICAGO,
        &[
            ("2:30", "2026-03-08 02:30"),
            ("tomorrow 2:30", "2026-03-08 02:30"),
            ("2026-03-08 02:30", "2026-03-08 02:30"),
            // A span counts hours that exist: 22:00 and five of them.
            ("in 5 hours", "2026-03-08 04:00"),
            ("in 1 day", "2026-03-08"),
        ],
    );
    // In the gap's wake: 02:30 was moved to 03:30, which is to come; 02:00 to 03:00, which is over.
    check(
        "2026-03-08T03:10:00-05",
        CHICAGO,
        &[
            ("2:30", "2026-03-08 02:30"),
            ("today 2:30", "2026-03-08 02:30"),
            ("2:00", "2026-03-09 02:00"),
            ("sunday 2:30", "2026-03-08 02:30"),
        ],
    );
    // The hour from one to two comes twice; its times are those of the first pass.
    check(
        "2026-11-01T01:15:00-05",
        CHICAGO,
        &[
            ("1:30", "2026-11-01 01:30"),
            ("in 15 minutes", "2026-11-01 01:30"),
            // 01:15 of the second pass cannot be written: the end of it can.
            ("in 60 minutes", "2026-11-01 02:00"),
            ("in 2 hours", "2026-11-01 02:15"),
        ],
    );
    check(
        "2026-11-01T01:15:00-06",
        CHICAGO,
        &[
            ("1:30", "2026-11-02 01:30"),
            ("today 1:30", "Past"),
            ("sunday 1:30", "2026-11-08 01:30"),
            ("in 15 minutes", "2026-11-01 02:00"),
            ("<t:1793518200>", "2026-11-01 02:00"),
            ("today", "2026-11-01"),
        ],
    );
    // Lord Howe's clocks change by half an hour.
    check(
        "2026-04-05T01:40:00+10:30",
        "Australia/Lord_Howe",
        &[("1:45", "2026-04-06 01:45"), ("in 5 minutes", "2026-04-05 02:00")],
    );
    check("2026-10-03T20:00:00+10:30", "Australia/Lord_Howe", &[("2:15", "2026-10-04 02:15")]);
}

#[test]
fn the_day_is_the_persons_own() {
    let late = "2026-03-06T04:30:00Z";
    check(late, CHICAGO, &[("today", "2026-03-05"), ("friday", "2026-03-06"), ("23:00", "2026-03-05 23:00")]);
    check(late, "UTC", &[("today", "2026-03-06"), ("friday", "2026-03-06"), ("23:00", "2026-03-06 23:00")]);
    check(late, "Pacific/Apia", &[("today", "2026-03-06"), ("3:00", "2026-03-07 03:00")]);
    check(late, "Pacific/Kiritimati", &[("mañana", "2026-03-07"), ("viernes", "2026-03-06")]);
    // A day is over only when it is over.
    check("2026-03-05T23:59:59.5-06", CHICAGO, &[("today", "2026-03-05"), ("2026-03-05", "2026-03-05")]);
    check("2026-03-05T18:20:40-06", CHICAGO, &[("in 1 minute", "2026-03-05 18:21"), ("18:20", "2026-03-06 18:20")]);
    check(
        "2026-12-31T18:00:00-06",
        CHICAGO,
        &[
            ("tomorrow", "2027-01-01"),
            ("1 January", "2027-01-01"),
            ("31 December", "2026-12-31"),
            ("end of month", "2026-12-31"),
            ("next month", "2027-01-31"),
        ],
    );
    check("2028-02-29T12:00:00-06", CHICAGO, &[("in a year", "2029-02-28"), ("in 5 years", "2033-02-28")]);
}

#[test]
fn days_for_being_away() {
    let zone: Zone = CHICAGO.parse().unwrap();
    let day = |text: &str| parse_day(text, THURSDAY.parse().unwrap(), &zone);
    assert_eq!(day("until friday"), Ok(date(2026, 3, 6)));
    assert_eq!(day("hasta el 20 de marzo"), Ok(date(2026, 3, 20)));
    assert_eq!(day("friday 6pm"), Ok(date(2026, 3, 6)));
    assert_eq!(day("2 weeks"), Ok(date(2026, 3, 19)));
    assert_eq!(day("yesterday"), Err(WhenProblem::Past));
    assert_eq!(day("next friday"), Err(WhenProblem::Ambiguous(date(2026, 3, 6), date(2026, 3, 13))));
}

#[test]
fn clocks() {
    for (text, hour, minute) in [
        ("20:30", 20, 30),
        ("8pm", 20, 0),
        ("8:30 pm", 20, 30),
        ("8.30PM", 20, 30),
        ("8 p. m.", 20, 0),
        ("08:05", 8, 5),
        ("9:00", 9, 0),
        ("20.30", 20, 30),
        ("20h", 20, 0),
        ("20h30", 20, 30),
        ("20", 20, 0),
        ("at 20:30", 20, 30),
        ("a las 8 de la noche", 20, 0),
        ("noon", 12, 0),
        ("12am", 0, 0),
        ("midnight", 0, 0),
        ("medianoche", 0, 0),
    ] {
        assert_eq!(parse_clock(text), Some(time(hour, minute, 0, 0)), "{text}");
    }
    for text in ["", "8", "a las 8", "24:00", "25", "20:3", "20:300", "8pm friday", "8pm UTC", "-1", "soon", "13pm"] {
        assert_eq!(parse_clock(text), None, "{text}");
    }
}

#[test]
fn quiet_hours() {
    let hours = |from: (i8, i8), until: (i8, i8)| Some((time(from.0, from.1, 0, 0), time(until.0, until.1, 0, 0)));
    for (text, from, until) in [
        ("20:30-08:30", (20, 30), (8, 30)),
        ("20:30 – 8:30", (20, 30), (8, 30)),
        ("8pm to 7am", (20, 0), (7, 0)),
        ("from 8:30pm until 7 am", (20, 30), (7, 0)),
        ("8pm-7am", (20, 0), (7, 0)),
        ("21-7", (21, 0), (7, 0)),
        ("21 to 7", (21, 0), (7, 0)),
        ("22-24", (22, 0), (0, 0)),
        ("0-7", (0, 0), (7, 0)),
        ("21h a 7h", (21, 0), (7, 0)),
        ("de 21 a 7", (21, 0), (7, 0)),
        ("de las 20:30 a las 8:30", (20, 30), (8, 30)),
        ("desde las 9 de la noche hasta las 7 de la mañana", (21, 0), (7, 0)),
        ("entre las 21 y las 7", (21, 0), (7, 0)),
        ("between 21:00 and 07:00", (21, 0), (7, 0)),
        ("midnight to 7am", (0, 0), (7, 0)),
        ("10pm to noon", (22, 0), (12, 0)),
        ("20:00-20:00", (20, 0), (20, 0)),
    ] {
        assert_eq!(parse_hours(text), hours(from, until), "{text}");
    }
    for text in
        ["", "-", "10-7", "10 to 7", "8pm-7", "10-7am", "21", "21-", "-7", "21-25", "21-7-8", "21-7 UTC", "a a a"]
    {
        assert_eq!(parse_hours(text), None, "{text}");
    }
}

/// Words that a date may be made of, in any order: the grammar's own corners, which random letters never reach.
const WORDS: &str = "in en by the el del de la las a at t of next last this proximo que viene pasado first ultimo 1st \
    friday viernes mar march 13 de 31 29 feb 0 99 2026 2028 9999 0000 2026-02-29 3/4 13/3/26 1.2.2030 end fin mes month \
    week semana weekend year today tonight tomorrow manana noche tarde noon midnight 12 am pm p . m 6pm 18:00 02:30 24:00 \
    18h 30 h 99999999999999999999 days d 2h weeks anos + - / : @ < > <t:1 <t:9999999999999:F> z utc and y hace ago from now \
    half an hour media hora un par a couple of o'clock ñ é ½ ² İ ﷽ 🎉 \u{301}";

fn soup() -> impl Strategy<Value = String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    (prop::collection::vec(prop::sample::select(words), 0..9), prop::bool::ANY)
        .prop_map(|(words, spaced)| words.join(if spaced { " " } else { "" }))
}

fn zones() -> impl Strategy<Value = Zone> {
    let names = [
        "UTC",
        CHICAGO,
        "America/Havana",
        "America/Nuuk",
        "Africa/Casablanca",
        "Asia/Beirut",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Europe/Madrid",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Antarctica/Troll",
    ];
    prop::sample::select(names.to_vec()).prop_map(|name| name.parse().unwrap())
}

/// Any instant, but mostly those of our time, and some within hours of a change of clocks.
fn instants() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        4 => 1_700_000_000..2_000_000_000_i64,
        2 => 1_793_500_000..1_793_540_000_i64,
        2 => 1_772_930_000..1_772_970_000_i64,
        1 => Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
        1 => Just(Timestamp::MAX.as_second()),
        1 => Just(Timestamp::MIN.as_second()),
    ]
    .prop_map(|seconds| Timestamp::from_second(seconds).unwrap())
}

fn dates() -> impl Strategy<Value = Date> {
    (0..1_800_i64).prop_map(|days| days_after(date(2026, 3, 6), days))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// No text makes it panic, and what is answered is neither over nor out of reach.
    #[test]
    fn whatever_is_written_is_answered(text in prop_oneof![4 => soup(), 1 => ".{0,200}"], now in instants(), zone in zones()) {
        let today = zone.date(now);
        match parse_when(&text, now, &zone) {
            Ok(due) => {
                prop_assert!(due.date() >= today, "{}", due);
                prop_assert!(due.date() <= today.saturating_add(5.years()), "{}", due);
                if let Due::Minute(civil) = due {
                    prop_assert!(zone.instant(civil) > now, "{}", due);
                    prop_assert_eq!(civil.second(), 0);
                }
            }
            Err(WhenProblem::Ambiguous(near, far)) => prop_assert!(today <= near && near < far),
            Err(_) => {}
        }
        let _ = parse_day(&text, now, &zone);
        let _ = parse_clock(&text);
        let _ = parse_hours(&text);
    }

    /// A date in any of its usual spellings is that date.
    #[test]
    fn spellings_agree(day in dates(), hour in 0..24_i8, minute in 0..60_i8) {
        const MESES: [&str; 12] = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
            "septiembre", "octubre", "noviembre", "diciembre"];
        const DIAS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
        let zone: Zone = CHICAGO.parse().unwrap();
        let now: Timestamp = THURSDAY.parse().unwrap();
        let (mes, dia) = (MESES[day.month() as usize - 1], DIAS[day.weekday().to_monday_zero_offset() as usize]);
        let spellings = [
            day.to_string(),
            day.strftime("%-d %B %Y").to_string(),
            day.strftime("%b %-d, %Y").to_string(),
            day.strftime("%A %-d %b %Y").to_string(),
            day.strftime("%-d.%-m.%Y").to_string(),
            format!("{} de {mes} de {}", day.day(), day.year()),
            format!("el {dia} {} de {} del {}", day.day(), mes.to_uppercase(), day.year()),
            format!("in {} days", day.since(zone.date(now)).unwrap().get_days()),
        ];
        for text in &spellings {
            prop_assert_eq!(parse_when(text, now, &zone), Ok(Due::Day(day)), "{}", text);
            for text in [format!("{text} {hour}:{minute:02}"), format!("{hour}:{minute:02}, {text}"),
                format!("{text} {}", time(hour, minute, 0, 0).strftime("%-I:%M %p"))] {
                let due = Due::Minute(day.at(hour, minute, 0, 0));
                prop_assert_eq!(parse_when(&text, now, &zone), Ok(due), "{}", &text);
            }
        }
    }

    /// A whole day is read back from its stored form, and a minute too.
    #[test]
    fn stored_forms_are_readable(day in dates(), hour in 0..24_i8, minute in 0..60_i8) {
        let zone: Zone = CHICAGO.parse().unwrap();
        for due in [Due::Day(day), Due::Minute(day.at(hour, minute, 0, 0))] {
            prop_assert_eq!(parse_when(&due.to_string(), THURSDAY.parse().unwrap(), &zone), Ok(due));
        }
    }
}
