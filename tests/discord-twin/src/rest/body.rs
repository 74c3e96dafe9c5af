//! Bodies and addresses as they come over the wire: JSON, uploads in several parts, escaped pieces.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart};
use axum::http::Request;
use axum::http::request::Parts;
use serde_json::Value;

use crate::errors::{self, Answer};

/// A file that came with a message.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The number in `files[0]`.
    pub index: String,
    pub name: String,
    pub content_type: Option<String>,
    pub size: usize,
}

/// The JSON of a body, also from an upload in several parts, and the files beside it.
pub async fn read(parts: &Parts, bytes: Bytes) -> Answer<(Value, Vec<Upload>)> {
    if bytes.is_empty() {
        return Ok((Value::Null, Vec::new()));
    }
    let kind = parts.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        return read_parts(kind, bytes).await.ok_or_else(errors::bad_json);
    }
    if !kind.starts_with("application/json") {
        let said = "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}.";
        return Err(errors::bad_form("", "CONTENT_TYPE_INVALID", said));
    }
    serde_json::from_slice(&bytes).map(|body| (body, Vec::new())).map_err(|_| errors::bad_json())
}

async fn read_parts(kind: &str, bytes: Bytes) -> Option<(Value, Vec<Upload>)> {
    let request = Request::builder().header("content-type", kind).body(Body::from(bytes)).ok()?;
    let mut multipart = Multipart::from_request(request, &()).await.ok()?;
    let (mut body, mut files) = (Value::Null, Vec::new());
    while let Some(field) = multipart.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "payload_json" {
            body = serde_json::from_slice(&field.bytes().await.ok()?).ok()?;
        } else if let Some(index) = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']')) {
            let index = index.to_owned();
            let name = field.file_name().unwrap_or("file").to_owned();
            let content_type = field.content_type().map(str::to_owned);
            let size = field.bytes().await.ok()?.len();
            files.push(Upload { index, name, content_type, size });
        }
    }
    Some((body, files))
}

/// The pairs of a query, each name once.
pub fn read_query(query: Option<&str>) -> BTreeMap<String, String> {
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// A piece of an address with its escapes undone.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes[at] == b'%';
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| escaped) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
