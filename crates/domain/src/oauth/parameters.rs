//! The parameters of a request to an OAuth endpoint.

use url::form_urlencoded;

/// A parameter that is given more than once, which RFC 6749 forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is given more than once")]
pub struct Repeated;

/// The parameters of a request, from its query or its form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text.
    pub fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// These parameters and `others`.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The parameter `name`; empty counts as absent.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() {
            return Err(Repeated);
        }
        Ok(first.map(String::as_str).filter(|value| !value.is_empty()))
    }

    /// The parameter `name`, or nothing when it is absent, empty or given more than once.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.one(name).ok().flatten()
    }

    /// The parameters whose names begin with `prefix`, without it.
    pub fn starting_with<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let rest = move |(name, value): &'a (String, String)| Some((name.strip_prefix(prefix)?, value.as_str()));
        self.0.iter().filter_map(rest)
    }

    /// Whether any value holds a NUL character, which can't be stored.
    pub fn has_nul(&self) -> bool {
        self.0.iter().any(|(_, value)| value.contains('\0'))
    }

    /// Whether any parameter is given more than once.
    pub fn repeats(&self) -> bool {
        self.0.iter().any(|(name, _)| self.one(name).is_err())
    }

    /// The parameters as the query of an address.
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }

    /// These parameters and one more.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The parameters without `name`.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(given, _)| given != name).cloned().collect())
    }
}
