//! Files of articles, orders and purchase orders. POST always adds; PUT with a file name replaces the file of that
//! name, so that it can be repeated.

use base64::Engine;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::objects::Numbered;
use super::{Refusal, Store, Writer, text};

/// Whose a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileOf {
    /// An article's.
    Article,
    /// An order's.
    Order,
    /// A purchase order's.
    PurchaseOrder,
}

/// A file.
#[derive(Debug)]
pub struct File {
    pub id: i64,
    pub name: String,
    pub mime_type: String,
    /// As it was sent.
    pub base64: String,
    pub length: usize,
    /// The content's SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// How a file is written.
pub enum FileWrite {
    /// POST.
    Add,
    /// PUT with this file name.
    Named(String),
    /// PUT with this file id.
    Numbered(i64),
}

impl FileOf {
    /// What the log of effects calls its owner.
    pub fn kind(self) -> &'static str {
        match self {
            FileOf::Article => "article",
            FileOf::Order => "order",
            FileOf::PurchaseOrder => "purchaseOrder",
        }
    }

    /// The member of a file that names its owner.
    fn id_member(self) -> &'static str {
        match self {
            FileOf::Article => "articleSystemId",
            FileOf::Order => "orderId",
            FileOf::PurchaseOrder => "purchaseOrderId",
        }
    }
}

impl Store {
    /// Takes in a file. Gives its id.
    pub fn put_file(
        &mut self,
        writer: &Writer<'_>,
        of: FileOf,
        object: i64,
        write: FileWrite,
        body: &Value,
    ) -> Result<i64, Refusal> {
        let base64 = text(body, "fileDataBase64");
        let content = base64::engine::general_purpose::STANDARD
            .decode(&base64)
            .map_err(|error| (400, format!("fileDataBase64 is no Base64: {error}")))?;
        let key = self.file_owner(of, object).ok_or_else(|| writer.unknown(of.kind(), object))?;
        let name = match &write {
            FileWrite::Named(name) => name.clone(),
            FileWrite::Add | FileWrite::Numbered(_) => text(body, "fileName"),
        };
        let known = self.files.get(&(of, object)).and_then(|files| {
            files.iter().position(|file| match &write {
                FileWrite::Add => false,
                FileWrite::Named(name) => file.name == *name,
                FileWrite::Numbered(id) => file.id == *id,
            })
        });
        let id = match (&write, known.and_then(|at| self.files.get(&(of, object))?.get(at))) {
            (_, Some(file)) => file.id,
            (FileWrite::Numbered(id), None) => return Err(writer.unknown("File", id)),
            (FileWrite::Add | FileWrite::Named(_), None) => self.next_id(),
        };
        let file = File {
            id,
            name,
            mime_type: text(body, "mimeType"),
            base64,
            length: content.len(),
            sha256: Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        let files = self.files.entry((of, object)).or_default();
        let changed = match known.and_then(|at| files.get_mut(at)) {
            Some(there) => {
                let changed = (&there.name, &there.mime_type, &there.sha256)
                    != (&file.name, &file.mime_type, &file.sha256);
                *there = file;
                changed
            }
            None => {
                files.push(file);
                true
            }
        };
        let verb = if matches!(write, FileWrite::Add) { "POST files" } else { "PUT files" };
        self.effects.note(of.kind(), key, verb, u64::from(changed));
        Ok(id)
    }

    /// An object's files as `GET` shows them.
    pub fn files_json(&self, writer: &Writer<'_>, of: FileOf, object: i64) -> Result<Value, Refusal> {
        self.file_owner(of, object).ok_or_else(|| writer.unknown(of.kind(), object))?;
        let files = self.files.get(&(of, object)).into_iter().flatten().map(|file| {
            let mut json = json!({
                "fileId": file.id,
                "fileName": file.name,
                "mimeType": file.mime_type,
                "fileDataBase64": file.base64,
            });
            json[of.id_member()] = json!(object);
            json
        });
        Ok(files.collect())
    }

    /// An object's files as the sandbox's state tells them: what they hold by its fingerprint.
    pub fn files_state(&self, of: FileOf, object: i64, ids: bool) -> Value {
        let files = self.files.get(&(of, object)).into_iter().flatten().map(|file| {
            let mut json = json!({
                "fileName": file.name,
                "mimeType": file.mime_type,
                "length": file.length,
                "sha256": file.sha256,
            });
            if ids {
                json["fileId"] = json!(file.id);
            }
            json
        });
        files.collect()
    }

    fn file_owner(&self, of: FileOf, object: i64) -> Option<(i64, String)> {
        match of {
            FileOf::Article => self.articles.get(object).map(Numbered::key),
            FileOf::Order => self.orders.get(object).map(Numbered::key),
            FileOf::PurchaseOrder => self.purchase_orders.get(object).map(Numbered::key),
        }
    }
}
