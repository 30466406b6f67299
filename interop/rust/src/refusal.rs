//! Why a request has no answer but an error.

use std::fmt::Debug;

/// An answer with `"ok":false`.
pub enum Refusal {
    /// The case asks for what this client does not have, or one of its constructors refused it.
    Config(String),
    /// The client refused the item.
    Item(String),
}

impl Refusal {
    /// Only the debug form of the client's errors has the causes.
    pub fn by_constructor(error: impl Debug) -> Self {
        Self::Config(format!("{error:?}"))
    }

    pub fn of_item(error: impl Debug) -> Self {
        Self::Item(format!("{error:?}"))
    }
}

/// A refusal of class config with a formatted text.
macro_rules! config {
    ($($text:tt)*) => { $crate::refusal::Refusal::Config(format!($($text)*)) };
}
pub(crate) use config;
