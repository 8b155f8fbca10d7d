//! Everything that is wrong with a configuration, said at once.

use std::fmt;

/// What is wrong with a configuration: sentences that say what, why, and what to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems {
    refusal: bool,
    sentences: Vec<String>,
}

impl Problems {
    /// One problem.
    pub fn one(sentence: String) -> Self {
        Self {
            refusal: false,
            sentences: vec![sentence],
        }
    }

    /// An empty list of what is unsafe in production mode.
    pub fn refusals() -> Self {
        Self {
            refusal: true,
            sentences: Vec::new(),
        }
    }

    pub fn add(&mut self, sentence: impl Into<String>) {
        self.sentences.push(sentence.into());
    }

    /// Takes note of an error and returns what there is without one.
    pub fn collect<T>(&mut self, outcome: Result<T, String>) -> Option<T> {
        outcome.map_err(|sentence| self.add(sentence)).ok()
    }

    /// The value, when there is no problem.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.sentences.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.refusal {
            "production mode is not safe with this configuration:"
        } else {
            "the configuration is wrong:"
        })?;
        self.sentences
            .iter()
            .try_for_each(|sentence| write!(formatter, "\n  - {sentence}"))
    }
}

impl std::error::Error for Problems {}
