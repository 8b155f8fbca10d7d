//! The names of functions.

/// The ARN of a Lambda function, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionArn<'a> {
    /// `aws`, or `aws-cn` in China.
    pub partition: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    pub name: &'a str,
    /// A version or an alias.
    pub qualifier: Option<&'a str>,
    /// The ARN without the qualifier.
    pub unqualified: &'a str,
}

impl<'a> FunctionArn<'a> {
    /// Reads `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`.
    pub fn parse(arn: &'a str) -> Option<Self> {
        let mut parts = arn.split(':');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let (prefix, partition, service) = (next()?, next()?, next()?);
        let (region, account, resource, name) = (next()?, next()?, next()?, next()?);
        let qualifier = parts.next();
        let is_function = (prefix, service, resource) == ("arn", "lambda", "function");
        if !is_function || qualifier.is_some_and(str::is_empty) || parts.next().is_some() {
            return None;
        }
        let unqualified = match qualifier {
            Some(qualifier) => arn.strip_suffix(qualifier)?.strip_suffix(':')?,
            None => arn,
        };
        Some(Self {
            partition,
            region,
            account,
            name,
            qualifier,
            unqualified,
        })
    }
}

/// Whether a text is the ARN or the name of a Lambda function.
pub fn is_function(text: &str) -> bool {
    let name = FunctionArn::parse(text).map_or(text, |arn| arn.name);
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:pre-sign-up";

    #[test]
    fn an_arn_may_end_with_a_version_or_an_alias() {
        let expected = FunctionArn {
            partition: "aws",
            region: "eu-west-1",
            account: "123456789012",
            name: "pre-sign-up",
            qualifier: None,
            unqualified: ARN,
        };
        assert_eq!(FunctionArn::parse(ARN), Some(expected));
        let live = format!("{ARN}:live");
        let qualified = FunctionArn {
            qualifier: Some("live"),
            ..expected
        };
        assert_eq!(FunctionArn::parse(&live), Some(qualified));
    }

    #[test]
    fn other_arns_are_no_function() {
        for arn in [
            "",
            "pre-sign-up",
            "arn:aws:lambda:eu-west-1:123456789012:function",
            "arn:aws:lambda:eu-west-1:123456789012:function:",
            "arn:aws:lambda:eu-west-1:123456789012:function:pre-sign-up:",
            "arn:aws:lambda:eu-west-1:123456789012:function:pre-sign-up:1:2",
            "arn:aws:lambda:eu-west-1:123456789012:layer:pre-sign-up",
            "arn:aws:sns:eu-west-1:123456789012:function:pre-sign-up",
            "arn:aws:lambda::123456789012:function:pre-sign-up",
        ] {
            assert_eq!(FunctionArn::parse(arn), None, "{arn}");
        }
    }

    #[test]
    fn a_function_is_named_by_its_arn_or_its_name() {
        for (text, right) in [
            (ARN, true),
            ("arn:aws:lambda:eu-west-1:123456789012:function:f:1", true),
            ("pre-sign_up1", true),
            ("", false),
            ("pre sign up", false),
            ("arn:aws:sns:eu-west-1:123456789012:topic", false),
            (&"f".repeat(64), true),
            (&"f".repeat(65), false),
        ] {
            assert_eq!(is_function(text), right, "{text}");
        }
    }
}
