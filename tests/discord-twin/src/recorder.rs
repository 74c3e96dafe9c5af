//! Everything that crossed the wire, one JSON object a line, for whoever wants to hold it against Discord's published
//! schemas. Tokens are in it: it is a test's file.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

/// A file that is appended to.
#[derive(Debug)]
pub struct Recorder {
    file: File,
}

impl Recorder {
    /// Starts a record, over whatever was there.
    pub fn create(path: &Path) -> io::Result<Recorder> {
        Ok(Recorder { file: File::create(path)? })
    }

    /// Adds a line. A disk that is full must not look like a bot that said nothing, so it ends the twin.
    pub fn add(&mut self, line: &Value) {
        let written = writeln!(self.file, "{line}");
        written.expect("the record can be written: a test that reads half of one would be wrong");
    }
}
