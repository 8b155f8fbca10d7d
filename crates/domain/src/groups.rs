//! Groups of users and the roles that they give.

use poolhouse_model::{GroupType, Timestamp};
use serde::{Deserialize, Serialize};

/// A group of a pool's users.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    pub pool_id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// Lower wins; none is lowest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precedence: Option<i32>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    /// Counts the writes; a writer that saw an older version loses.
    #[serde(skip)]
    pub version: i64,
}

impl Group {
    /// The group as the operations return it.
    pub fn describe(&self) -> GroupType {
        GroupType {
            group_name: Some(self.name.clone()),
            user_pool_id: Some(self.pool_id.clone()),
            description: self.description.clone(),
            role_arn: self.role_arn.clone(),
            precedence: self.precedence,
            last_modified_date: Some(self.modified_at),
            creation_date: Some(self.created_at),
        }
    }

    /// Sorts groups as tokens list them: by precedence, those without one last, then by name.
    pub fn sort(groups: &mut [Self]) {
        groups.sort_by(|a, b| {
            let precedence = |group: &Self| group.precedence.map_or(i64::MAX, i64::from);
            precedence(a).cmp(&precedence(b)).then_with(|| a.name.cmp(&b.name))
        });
    }
}

/// The role of the group with the lowest precedence; none when such groups disagree.
pub fn preferred_role(groups: &[Group]) -> Option<&str> {
    let with_role = || {
        groups
            .iter()
            .filter(|group| group.role_arn.is_some() && group.precedence.is_some())
    };
    let best = with_role().filter_map(|group| group.precedence).min()?;
    let mut roles = with_role()
        .filter(|group| group.precedence == Some(best))
        .filter_map(|group| group.role_arn.as_deref());
    let role = roles.next()?;
    roles.all(|other| other == role).then_some(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, precedence: Option<i32>, role: Option<&str>) -> Group {
        let now = Timestamp::from_millis(0);
        Group {
            pool_id: "p_1".into(),
            name: name.into(),
            description: None,
            role_arn: role.map(Into::into),
            precedence,
            created_at: now,
            modified_at: now,
            version: 0,
        }
    }

    #[test]
    fn the_lowest_precedence_gives_the_role() {
        let groups = [
            group("a", Some(2), Some("role-a")),
            group("b", Some(1), Some("role-b")),
            group("c", None, Some("c")),
        ];
        assert_eq!(preferred_role(&groups), Some("role-b"));
    }

    #[test]
    fn a_tie_gives_the_role_only_when_it_is_the_same() {
        assert_eq!(
            preferred_role(&[group("a", Some(1), Some("x")), group("b", Some(1), Some("y"))]),
            None
        );
        assert_eq!(
            preferred_role(&[group("a", Some(1), Some("x")), group("b", Some(1), Some("x"))]),
            Some("x")
        );
        assert_eq!(preferred_role(&[group("a", None, Some("x"))]), None);
    }

    #[test]
    fn groups_without_precedence_come_last() {
        let mut groups = [
            group("z", None, None),
            group("b", Some(3), None),
            group("a", Some(3), None),
            group("c", Some(0), None),
        ];
        Group::sort(&mut groups);
        assert_eq!(groups.map(|group| group.name), ["c", "a", "b", "z"]);
    }
}
