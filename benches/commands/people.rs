//! Who speaks in the benchmark: threads of help, each an ask with the people around it, told again and again.

use barnraiser::domain::community::{Account, Platform};
use barnraiser::domain::{AskId, PledgeId, Ref};
use barnraiser::engine::inbound::{Answer, Body, Inbound, Place};
use jiff::Timestamp;

/// Communities the threads are spread over.
pub const COMMUNITIES: usize = 8;

/// One command of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Ask,
    Maybe,
    Pledge(Helper),
    Adjust,
    HandBack,
    Done(Helper),
    Confirm(Helper),
    Thanks,
}

/// The people of a thread beside its asker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Helper {
    Ana,
    Ben,
    Cleo,
}

/// Two are needed; Ben promises and hands back, Cleo was a maybe and steps in.
pub const STORY: [Step; 12] = [
    Step::Ask,
    Step::Maybe,
    Step::Pledge(Helper::Ana),
    Step::Pledge(Helper::Ben),
    Step::Adjust,
    Step::HandBack,
    Step::Pledge(Helper::Cleo),
    Step::Done(Helper::Ana),
    Step::Confirm(Helper::Ana),
    Step::Done(Helper::Cleo),
    Step::Confirm(Helper::Cleo),
    Step::Thanks,
];

impl Step {
    /// Who says it; `None` is the asker.
    pub fn speaker(self) -> Option<Helper> {
        match self {
            Step::Ask | Step::Confirm(_) | Step::Thanks => None,
            Step::Maybe => Some(Helper::Cleo),
            Step::Adjust => Some(Helper::Ana),
            Step::HandBack => Some(Helper::Ben),
            Step::Pledge(helper) | Step::Done(helper) => Some(helper),
        }
    }
}

/// The account id, which is the name here too, of somebody in a thread.
pub fn account(thread: usize, who: Option<Helper>) -> String {
    let name = match who {
        None => "dev",
        Some(Helper::Ana) => "ana",
        Some(Helper::Ben) => "ben",
        Some(Helper::Cleo) => "cleo",
    };
    format!("{name}-{thread}")
}

/// The place a thread is in.
pub fn place(thread: usize) -> String {
    format!("commons-{}", thread % COMMUNITIES)
}

/// A story on its way. It learns the ids from the answers, as people do.
#[derive(Debug)]
pub struct Thread {
    pub number: usize,
    step: usize,
    events: u64,
    ask: AskId,
    pledges: [PledgeId; 3],
}

impl Thread {
    pub fn new(number: usize) -> Thread {
        Thread { number, step: 0, events: 0, ask: AskId(0), pledges: [PledgeId(0); 3] }
    }

    /// What is said next.
    pub fn next(&mut self, at: Timestamp) -> Inbound {
        let step = STORY[self.step];
        let ask = self.ask;
        let pledge = |helper: Helper| self.pledges[helper as usize];
        let text = match step {
            Step::Ask => "ask Two people who can rewire a lamp safely, Sat 14 March 10:00, and show how. \
                          kind:skill need:2 by:\"2026-03-14 10:00\""
                .to_owned(),
            Step::Maybe => format!("maybe {ask}"),
            Step::Pledge(_) => format!(
                "pledge {ask} what:\"Count me in, I'll bring a tester\" by:2026-03-14 first:\"call Dev on Friday 09:30\""
            ),
            Step::Adjust => {
                format!("adjust {} by:2026-03-16 note:\"the tester comes on Monday\"", pledge(Helper::Ana))
            }
            Step::HandBack => format!("handback {}", pledge(Helper::Ben)),
            Step::Done(helper) => format!("done {} nineteen lamps work again", pledge(helper)),
            Step::Confirm(helper) => format!("confirm {}", pledge(helper)),
            Step::Thanks => format!("thanks {} Nineteen lamps went home working.", pledge(Helper::Ana)),
        };
        let name = account(self.number, step.speaker());
        let place = place(self.number);
        self.events += 1;
        Inbound {
            event: format!("{}.{}", self.number, self.events),
            // A hand-back is said to the bot alone.
            place: match step {
                Step::HandBack => Place::Direct { id: name.clone(), shared: vec![place] },
                _ => Place::Public { id: place.clone(), name: place, server: None },
            },
            from: Account { platform: Platform::Console, id: name.clone() },
            name,
            language: None,
            standing: None,
            roles: Vec::new(),
            named: Vec::new(),
            at,
            body: Body::Said(text),
            answer: Answer::Direct,
            able: Vec::new(),
        }
    }

    /// The answer names what was made.
    pub fn learn(&mut self, refs: &[Ref]) {
        match (STORY[self.step], refs) {
            (Step::Ask, [Ref::Ask(ask), ..]) => self.ask = *ask,
            (Step::Pledge(helper), [Ref::Pledge(pledge), ..]) => self.pledges[helper as usize] = *pledge,
            (Step::Ask | Step::Pledge(_), refs) => panic!("an answer without its id: {refs:?}"),
            _ => {}
        }
        self.step = (self.step + 1) % STORY.len();
    }
}
