//! Page tokens: opaque, bound to the list they continue.

use poolhouse_domain::{Error, Result};

use crate::Cx;

/// The most entries that one page holds, and what it holds when nobody says.
pub const PAGE_SIZE: i64 = 60;

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The key of the last entry of the page before.
    pub after: Option<String>,
    /// How many entries at most.
    pub limit: i64,
}

impl Cx {
    /// Reads a page token of the list `list` (its name and everything that selects its entries), and the wanted size;
    /// none and zero mean the largest.
    pub fn page(&self, list: &[&str], limit: Option<i32>, token: Option<&str>) -> Result<Page> {
        let limit = limit.map_or(PAGE_SIZE, i64::from);
        let limit = if limit == 0 { PAGE_SIZE } else { limit };
        let after = token.map(|token| self.open_page_token(list, token)).transpose()?;
        Ok(Page { after, limit })
    }

    /// Cuts `entries`, of which one more than the page holds was asked for, and answers the token of the next page.
    pub fn next_page<T>(
        &self,
        list: &[&str],
        page: &Page,
        entries: &mut Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<Option<String>> {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        if entries.len() <= limit {
            return Ok(None);
        }
        entries.truncate(limit);
        let Some(last) = entries.last() else { return Ok(None) };
        let content = serde_json::to_vec(&(list, key(last))).map_err(Error::internal)?;
        let token = self
            .page_tokens
            .encode(&content, self.entropy.as_ref())
            .map_err(Error::internal)?;
        Ok(Some(token))
    }

    fn open_page_token(&self, list: &[&str], token: &str) -> Result<String> {
        let invalid = || Error::invalid_parameter("Invalid pagination token");
        let opened = self.page_tokens.decode(token).map_err(|_| invalid())?;
        let (of, after): (Vec<String>, String) = serde_json::from_slice(&opened).map_err(|_| invalid())?;
        if of == list { Ok(after) } else { Err(invalid()) }
    }
}

impl Page {
    /// How many entries to ask the store for: one more than the page holds tells whether there is another page.
    pub fn fetch(&self) -> i64 {
        self.limit + 1
    }
}
