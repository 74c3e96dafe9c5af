//! Pictures: uploaded first, encrypted where the room is, and then named by the message that shows them.
//!
//! The homeserver keeps an uploaded file even if its message is never sent; a crash in between costs that room and nothing
//! else, since the next attempt uploads again and the message has the same key as before.

use std::io::Cursor;

use matrix_sdk::Room;
use serde_json::{Value, json};

use super::trouble::Trouble;
use crate::speech::doc::Picture;

/// Uploads a picture, and gives the fields that show it in an `m.image` (Matrix specification 1.10, "m.image": with a
/// `filename` beside it, `body` is the caption).
pub(super) async fn upload(room: &Room, picture: &Picture) -> Result<Value, Trouble> {
    let client = room.client();
    let mime = picture.mime.parse().map_err(|_| Trouble::Refused("no type of picture".into()))?;
    let encrypted = room.latest_encryption_state().await?.is_encrypted();
    let mut fields = json!({
        "msgtype": "m.image",
        "filename": picture.name,
        "info": {"mimetype": picture.mime, "size": picture.bytes.len(), "w": picture.width, "h": picture.height},
    });
    if encrypted {
        let mut reader = Cursor::new(&picture.bytes);
        let file = client.upload_encrypted_file(&mut reader).await?;
        fields["file"] = serde_json::to_value(file).map_err(|_| Trouble::Refused("no name for the file".into()))?;
    } else {
        let uploaded = client.media().upload(&mime, picture.bytes.clone(), None).await?;
        fields["url"] = json!(uploaded.content_uri);
    }
    Ok(fields)
}
