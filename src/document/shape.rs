//! What every document can tell of itself: its members by name, so that mappings, JSON and the reference pages
//! need to know no document in particular.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rust_decimal::Decimal;

/// The kind of a member, as the mapping must convert text to it.
#[derive(Clone, Copy)]
pub enum MemberKind {
    /// Text.
    Text,
    /// An exact decimal number.
    Decimal,
    /// A whole number of 32 bits (`int32` in the OpenAPI file).
    Integer,
    /// True or false.
    Boolean,
    /// A calendar date without a time.
    Date,
    /// An instant, in UTC.
    DateTime,
    /// One nested document.
    Object(fn() -> &'static Shape),
    /// Any number of nested documents.
    List(fn() -> &'static Shape),
}

impl MemberKind {
    /// The kind's name in messages and reference pages.
    pub fn name(self) -> &'static str {
        match self {
            MemberKind::Text => "text",
            MemberKind::Decimal => "decimal number",
            MemberKind::Integer => "whole number",
            MemberKind::Boolean => "yes or no",
            MemberKind::Date => "date",
            MemberKind::DateTime => "date and time",
            MemberKind::Object(_) => "table",
            MemberKind::List(_) => "list",
        }
    }
}

/// One member of a document.
pub struct Member {
    /// The name in format files: Ongoing's name in snake_case.
    pub name: &'static str,
    /// The name in Ongoing's JSON; with `@` before it where it is ours, see [`Member::is_ours`].
    pub wire: &'static str,
    /// What it holds.
    pub kind: MemberKind,
    /// Whether Ongoing's schema requires it.
    pub required: bool,
    /// The greatest length in characters that SOAP knows; REST states none (`ongoing-rest-api.md`, section 0).
    pub max_length: Option<usize>,
    /// What it means.
    pub meaning: &'static str,
}

impl Member {
    /// Whether the member is ours: its name in JSON begins with `@`, and it is no part of the request that puts the
    /// document. It names what is looked up, or travels in a request of its own.
    pub fn is_ours(&self) -> bool {
        self.wire.starts_with('@')
    }

    /// Whether it is a text by which something is looked up: a number, a code. Others are read by people.
    pub fn is_identifier(&self) -> bool {
        const ENDS: [&str; 4] = ["number", "code", "_id", "serial"];
        // What people write, for people, is called so too: references, goods marks, how a door is opened.
        const OF_PEOPLE: [&str; 3] = ["reference_number", "goods_owner_order_id", "door_code"];
        matches!(self.kind, MemberKind::Text)
            && !OF_PEOPLE.contains(&self.name)
            && (self.name == "id" || ENDS.iter().any(|end| self.name.ends_with(end)))
    }
}

/// The members of a document, in the order in which they are written.
pub struct Shape {
    /// The name in messages: `order`, `order line`.
    pub name: &'static str,
    /// The schema in the OpenAPI file that a request body must fit, or `""` where it is our own.
    pub schema: &'static str,
    /// The members.
    pub members: &'static [Member],
}

impl Shape {
    /// The place of the member with this snake_case name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| member.name == name)
    }
}

/// A member's text. Up to 24 bytes stand in the document itself, as most texts of an order line do, and need no memory of
/// their own.
pub type Text = compact_str::CompactString;

/// A converted value, as a mapping hands it to a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(Text),
    /// An exact decimal number.
    Decimal(Decimal),
    /// A whole number.
    Integer(i32),
    /// True or false.
    Boolean(bool),
    /// A calendar date.
    Date(NaiveDate),
    /// An instant.
    DateTime(DateTime<Utc>),
}

/// A member's content, as a writer sees it.
pub enum Content<'a> {
    /// Nothing was set.
    Empty,
    /// A plain value.
    Value(Value),
    /// A nested document.
    Object(&'a dyn Document),
    /// Nested documents.
    List(Vec<&'a dyn Document>),
}

/// A document, seen by the names of its members. Positions are those of [`Document::shape`].
pub trait Document: std::fmt::Debug + Send {
    /// Its members.
    fn shape(&self) -> &'static Shape;
    /// The content of a member; `Empty` for a position that does not exist.
    fn content(&self, position: usize) -> Content<'_>;
    /// Sets a plain member. False if the position is none or holds another kind.
    fn set(&mut self, position: usize, value: Value) -> bool;
    /// About so many nested documents will be opened of a `List` member.
    fn expect(&mut self, position: usize, items: usize);
    /// The nested document of an `Object` member (made if there was none), or a new last one of a `List` member.
    fn open(&mut self, position: usize) -> Option<&mut dyn Document>;
}

/// How a field of a document's struct behaves as a member. The compiler picks the kind from the field's type.
pub trait Slot {
    /// The member kind of this type.
    const KIND: MemberKind;
    /// The content now.
    fn content(&self) -> Content<'_>;
    /// Takes a plain value; false if it is of another kind.
    fn set(&mut self, value: Value) -> bool;
    /// Opens a nested document.
    fn open(&mut self) -> Option<&mut dyn Document>;
    /// Makes room for about so many nested documents.
    fn expect(&mut self, _items: usize) {}
}

macro_rules! plain_slot {
    ($type:ty, $kind:ident) => {
        impl Slot for Option<$type> {
            const KIND: MemberKind = MemberKind::$kind;
            fn content(&self) -> Content<'_> {
                self.clone().map_or(Content::Empty, |value| Content::Value(Value::$kind(value)))
            }
            fn set(&mut self, value: Value) -> bool {
                let Value::$kind(value) = value else { return false };
                *self = Some(value);
                true
            }
            fn open(&mut self) -> Option<&mut dyn Document> {
                None
            }
        }
    };
}

plain_slot!(Text, Text);
plain_slot!(Decimal, Decimal);
plain_slot!(i32, Integer);
plain_slot!(bool, Boolean);
plain_slot!(NaiveDate, Date);
plain_slot!(DateTime<Utc>, DateTime);

/// A document whose type is known, so that its shape is known without one at hand.
pub trait Shaped: Document + Default + 'static {
    /// The shape of all documents of this type.
    fn shape_of() -> &'static Shape;
}

/// In a box, since most nested documents are rare: a line without them must not be great.
impl<T: Shaped> Slot for Option<Box<T>> {
    const KIND: MemberKind = MemberKind::Object(T::shape_of);
    fn content(&self) -> Content<'_> {
        self.as_deref().map_or(Content::Empty, |document| Content::Object(document))
    }
    fn set(&mut self, _: Value) -> bool {
        false
    }
    fn open(&mut self) -> Option<&mut dyn Document> {
        Some(self.get_or_insert_default().as_mut())
    }
}

impl<T: Shaped> Slot for Vec<T> {
    const KIND: MemberKind = MemberKind::List(T::shape_of);
    fn content(&self) -> Content<'_> {
        if self.is_empty() {
            return Content::Empty;
        }
        Content::List(self.iter().map(|document| document as &dyn Document).collect())
    }
    fn set(&mut self, _: Value) -> bool {
        false
    }
    fn open(&mut self) -> Option<&mut dyn Document> {
        self.push(T::default());
        self.last_mut().map(|document| document as &mut dyn Document)
    }
    fn expect(&mut self, items: usize) {
        // What a file makes one believe is not believed without end.
        self.reserve_exact(items.min(1024));
    }
}

/// Whether nothing at all is set in a document, nested ones included.
pub fn is_empty(document: &dyn Document) -> bool {
    (0..document.shape().members.len()).all(|position| match document.content(position) {
        Content::Empty => true,
        Content::Value(_) => false,
        Content::Object(nested) => is_empty(nested),
        Content::List(nested) => nested.iter().all(|document| is_empty(*document)),
    })
}

/// An instant as Ongoing wants it in requests: UTC with an explicit zone (`ongoing-rest-api.md`, section 2).
pub fn instant_text(instant: &DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Declares a document: its struct, its shape and the way from one to the other.
///
/// `Name as "its name in messages", "OpenAPI schema or empty" { /// meaning  member: Type => "wireName" [required] [max N]; … }`
macro_rules! document {
    (
        $(#[doc = $doc:literal])*
        $name:ident as $title:literal, $schema:literal {
            $(
                $(#[doc = $meaning:literal])*
                $member:ident : $type:ty => $wire:literal $(, required $required:tt)? $(, max $max:literal)? ;
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $( $(#[doc = $meaning])* pub $member: $type, )*
        }

        impl $crate::document::Shaped for $name {
            fn shape_of() -> &'static $crate::document::Shape {
                static SHAPE: $crate::document::Shape = $crate::document::Shape {
                    name: $title,
                    schema: $schema,
                    members: &[$(
                        $crate::document::Member {
                            name: stringify!($member),
                            wire: $wire,
                            kind: <$type as $crate::document::Slot>::KIND,
                            required: false $( || { let _ = $required; true } )?,
                            max_length: { #[allow(unused_mut, unused_assignments)] { let mut max: Option<usize> = None; $( max = Some($max); )? max } },
                            meaning: concat!($($meaning),*),
                        },
                    )*],
                };
                &SHAPE
            }
        }

        impl $crate::document::Document for $name {
            fn shape(&self) -> &'static $crate::document::Shape {
                <$name as $crate::document::Shaped>::shape_of()
            }
            #[allow(unused_assignments, unused_mut, unused_variables)]
            fn content(&self, position: usize) -> $crate::document::Content<'_> {
                let mut at = 0;
                $(
                    if position == at { return $crate::document::Slot::content(&self.$member); }
                    at += 1;
                )*
                $crate::document::Content::Empty
            }
            #[allow(unused_assignments, unused_mut, unused_variables)]
            fn set(&mut self, position: usize, value: $crate::document::Value) -> bool {
                let mut at = 0;
                $(
                    if position == at { return $crate::document::Slot::set(&mut self.$member, value); }
                    at += 1;
                )*
                false
            }
            #[allow(unused_assignments, unused_mut, unused_variables)]
            fn expect(&mut self, position: usize, items: usize) {
                let mut at = 0;
                $(
                    if position == at { return $crate::document::Slot::expect(&mut self.$member, items); }
                    at += 1;
                )*
            }
            #[allow(unused_assignments, unused_mut, unused_variables)]
            fn open(&mut self, position: usize) -> Option<&mut dyn $crate::document::Document> {
                let mut at = 0;
                $(
                    if position == at { return $crate::document::Slot::open(&mut self.$member); }
                    at += 1;
                )*
                None
            }
        }
    };
}
pub(crate) use document;
