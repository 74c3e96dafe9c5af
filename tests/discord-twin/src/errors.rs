//! Refusals as Discord writes them: a status, a code, a sentence, and for forms the nested tree of what is wrong where.

use serde_json::{Map, Value, json};

/// A refused request.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Discord's whole body.
    pub body: Value,
}

impl Refusal {
    /// A refusal with one of Discord's JSON error codes.
    pub fn new(status: u16, code: u32, message: &str) -> Refusal {
        Refusal { status, body: json!({"message": message, "code": code}) }
    }
}

/// What a handler comes to.
pub type Answer<T> = Result<T, Refusal>;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $message:literal;)*) => {
        $($(#[$doc])* pub fn $name() -> Refusal { Refusal::new($status, $code, $message) })*
    };
}

refusals! {
    /// No such route, or a method it does not know.
    no_route = 404, 0, "404: Not Found";
    /// The token is of no application here.
    unauthorized = 401, 0, "401: Unauthorized";
    /// The method is not one of this route's.
    bad_method = 405, 0, "405: Method Not Allowed";
    unknown_application = 404, 10002, "Unknown Application";
    unknown_channel = 404, 10003, "Unknown Channel";
    unknown_guild = 404, 10004, "Unknown Guild";
    unknown_member = 404, 10007, "Unknown Member";
    unknown_message = 404, 10008, "Unknown Message";
    unknown_role = 404, 10011, "Unknown Role";
    unknown_user = 404, 10013, "Unknown User";
    unknown_emoji = 400, 10014, "Unknown Emoji";
    unknown_webhook = 404, 10015, "Unknown Webhook";
    unknown_interaction = 404, 10062, "Unknown interaction";
    unknown_command = 404, 10063, "Unknown application command";
    unknown_event = 404, 10070, "Unknown Guild Scheduled Event";
    too_many_commands = 400, 30032, "Maximum number of application commands reached (100).";
    too_many_daily_creates = 400, 30034, "Max number of daily application command creates has been reached (200)";
    already_acknowledged = 400, 40060, "Interaction has already been acknowledged.";
    thread_exists = 400, 160004, "A thread has already been created for this message";
    missing_access = 403, 50001, "Missing Access";
    not_of_a_dm = 403, 50003, "Cannot execute action on a DM channel";
    not_the_author = 403, 50005, "Cannot edit a message authored by another user";
    empty_message = 400, 50006, "Cannot send an empty message";
    cannot_dm = 403, 50007, "Cannot send messages to this user";
    bad_recipient = 400, 50033, "Invalid Recipient(s)";
    not_of_this_kind = 400, 50024, "Cannot execute action on this channel type";
    bad_webhook_token = 401, 50027, "Invalid Webhook Token";
    missing_permissions = 403, 50013, "Missing Permissions";
    bad_json = 400, 50109, "The request body contains invalid JSON.";
    archived = 400, 50083, "Thread is archived";
    system_message = 403, 50021, "Cannot execute action on a system message";
}

/// What is wrong with a form, gathered field by field and answered at once, as Discord does (code 50035).
#[derive(Clone, Debug, Default)]
pub struct Form {
    errors: Map<String, Value>,
}

impl Form {
    /// An empty list of complaints.
    pub fn new() -> Form {
        Form::default()
    }

    /// Notes a complaint about the field at `path` (`"embeds.0.title"`).
    pub fn wrong(&mut self, path: &str, code: &str, message: &str) {
        let mut here = &mut self.errors;
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let next = here.entry(step.to_owned()).or_insert_with(|| json!({}));
            let Value::Object(next) = next else { return };
            here = next;
        }
        let list = here.entry("_errors".to_owned()).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(json!({"code": code, "message": message}));
        }
    }

    /// Complains when a text has fewer than `min` or more than `max` characters.
    pub fn length(&mut self, path: &str, text: &str, min: usize, max: usize) {
        let length = text.chars().count();
        if length < min && min == 1 {
            self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required");
        } else if length > max && min == 0 {
            self.wrong(path, "BASE_TYPE_MAX_LENGTH", &format!("Must be {max} or fewer in length."));
        } else if length < min || length > max {
            let said = format!("Must be between {min} and {max} in length.");
            self.wrong(path, "BASE_TYPE_BAD_LENGTH", &said);
        }
    }

    /// Complains that a field is missing.
    pub fn required(&mut self, path: &str) {
        self.wrong(path, "BASE_TYPE_REQUIRED", "This field is required");
    }

    /// Complains about a value that is none of those allowed.
    pub fn choice(&mut self, path: &str, allowed: &str) {
        self.wrong(path, "BASE_TYPE_CHOICES", &format!("Value must be one of {{{allowed}}}."));
    }

    /// The refusal, if anything was wrong.
    pub fn done(self) -> Answer<()> {
        if self.errors.is_empty() {
            return Ok(());
        }
        let body = json!({"message": "Invalid Form Body", "code": 50035, "errors": self.errors});
        Err(Refusal { status: 400, body })
    }
}

/// A form with a single complaint.
pub fn bad_form(path: &str, code: &str, message: &str) -> Refusal {
    let mut form = Form::new();
    form.wrong(path, code, message);
    match form.done() {
        Err(refusal) => refusal,
        Ok(()) => bad_json(),
    }
}
